/** The tables of ARCHITECTURE.md that the rules hold: who may import whom, and who may touch what. */

/** From the ground up: a layer imports itself and what stands before it. */
export const LAYERS = [
  'core',
  'language',
  'compiler',
  'engine',
  'vocabulary',
  'smtp',
  'server',
  'delivery',
  'ports',
  'attach',
  'testing',
  'cli',
] as const
export type Layer = (typeof LAYERS)[number]

/** The layers that touch the world: files, sockets, clocks, the environment. All others are given it as ports. */
const WORLD_LAYERS: readonly Layer[] = ['server', 'delivery', 'ports', 'attach', 'cli']

/** Each third-party library has one door: a file, or a folder that ends in a slash. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
  ajv: ['src/language/ajv.ts'],
  commander: ['src/cli/'],
  ioredis: ['src/ports/redis/'],
  'ip-address': ['src/core/net/ip.ts'],
  ldapts: ['src/ports/ldap/'],
  mailauth: ['src/ports/mail-authentication.ts'],
  'mmdb-lib': ['src/ports/geoip.ts'],
  mysql2: ['src/ports/sql/'],
  pg: ['src/ports/sql/'],
  pino: ['src/ports/log/pino-log.ts'],
  re2js: ['src/compiler/regex/regex.ts'],
  'vscode-languageserver': ['src/cli/lsp/'],
  'vscode-languageserver-textdocument': ['src/cli/lsp/'],
  yaml: [
    'src/language/yaml/parse.ts',
    'src/language/yaml/comments.ts',
    'src/language/yaml/layout.ts',
    'src/language/yaml/traps.ts',
  ],
}

/** Node's modules that only compute. */
export const PURE_MODULES = ['buffer', 'crypto', 'path', 'string_decoder', 'url', 'util']

export const MAX_LINES = 300

export function layerOf(path: string): Layer | undefined {
  const folder = /^src\/([^/]+)\//.exec(path)?.[1]
  return LAYERS.find((layer) => layer === folder)
}

export function mayTouchTheWorld(path: string): boolean {
  const layer = layerOf(path)
  return layer !== undefined && WORLD_LAYERS.includes(layer)
}
