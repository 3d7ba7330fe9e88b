/** The extension for Visual Studio Code: what its manifest names is there, and what it would run serves an editor. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openEditor } from './editor-client.ts'

interface Manifest {
  readonly main: string
  readonly version: string
  readonly files: readonly string[]
  readonly dependencies: Readonly<Record<string, string>>
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[]
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> }
    readonly languages: readonly { readonly filenamePatterns: readonly string[] }[]
    readonly yamlValidation: readonly { readonly fileMatch: string; readonly url: string }[]
  }
}

interface Around {
  readonly configured: readonly string[]
  readonly folders: readonly string[]
  readonly own: string
  readonly exists: (path: string) => boolean
}

interface ServerCommand {
  readonly serverCommand: (around: Around) => { readonly command: string; readonly args: readonly string[] }
}

const TOP = join(import.meta.dirname, '../../..')
const FOLDER = join(TOP, 'editors/vscode')
const read = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T
const manifest = read<Manifest>(join(FOLDER, 'package.json'))
const ours = read<Pick<Manifest, 'version'> & { readonly peerDependencies: Readonly<Record<string, string>> }>(
  join(TOP, 'package.json'),
)
const code = readFileSync(join(FOLDER, 'extension.js'), 'utf8')
const { serverCommand } = createRequire(import.meta.url)(join(FOLDER, 'server-command.js')) as ServerCommand

describe('the manifest of the extension', () => {
  it('names files that are there, and all that are loaded', () => {
    for (const name of [manifest.main, ...manifest.files]) assert.ok(existsSync(join(FOLDER, name)), name)
    const loaded = Array.from(code.matchAll(/require\('\.\/(.+?)'\)/g), ([, name]) => name)
    for (const name of loaded) assert.ok(manifest.files.includes(String(name)), name)
  })

  it('names commands and settings that the code knows', () => {
    for (const { command } of manifest.contributes.commands) assert.ok(code.includes(`'${command}'`), command)
    for (const name of Object.keys(manifest.contributes.configuration.properties)) {
      const [section, key] = name.split('.')
      assert.ok(code.includes(`getConfiguration('${section}').get('${key}'`), name)
    }
  })

  it('packages this version, with the libraries that the server needs', () => {
    assert.equal(manifest.version, ours.version)
    assert.equal(manifest.dependencies['postern'], ours.version)
    for (const name of ['vscode-languageserver', 'vscode-languageserver-textdocument'])
      assert.equal(manifest.dependencies[name], ours.peerDependencies[name])
  })

  it('has the file names of the catalog, and schemas that are packaged', () => {
    const catalog = read<readonly { readonly fileMatch: readonly string[] }[]>(join(TOP, 'schemas/catalog.json'))
    const names = catalog.flatMap(({ fileMatch }) => fileMatch)
    assert.deepEqual(manifest.contributes.languages[0]?.filenamePatterns, names)
    assert.deepEqual(
      manifest.contributes.yamlValidation.map(({ fileMatch }) => fileMatch),
      names,
    )
    for (const { url } of manifest.contributes.yamlValidation)
      assert.ok(existsSync(join(TOP, url.replace('./node_modules/postern/', ''))), url)
  })
})

describe('the server that the extension starts', { timeout: 60_000 }, () => {
  const program = (folder: string): string => join(folder, 'node_modules/postern/dist/cli/postern.js')
  const around = { configured: [], folders: ['/work'], own: '/extension', exists: () => true }

  it('is the one that is configured, the workspace’s, or its own', () => {
    assert.deepEqual(serverCommand(around).args[0], program('/work'))
    const exists = (path: string): boolean => path.startsWith('/extension')
    assert.deepEqual(serverCommand({ ...around, exists }).args[0], program('/extension'))
    assert.deepEqual(serverCommand({ ...around, configured: ['npx', 'postern', 'lsp'] }), {
      command: 'npx',
      args: ['postern', 'lsp'],
    })
    assert.throws(() => serverCommand({ ...around, exists: () => false }), /npm install postern/)
  })

  it('serves an editor', async (test) => {
    const { args } = serverCommand(around)
    const here = args.map((arg) => (arg === program('/work') ? join(TOP, 'src/cli/postern.js') : arg))
    const editor = await openEditor(test, [process.execPath, ...here])
    assert.equal(editor.initialized.capabilities.renameProvider !== undefined, true)
    assert.equal(await editor.quit(), 0)
  })
})
