/** The manifest of the extension for Visual Studio Code: what it names is there, and is what Postern has. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { describe, it } from 'node:test'
import { runPostern } from '../support/run-postern.ts'
import { FOLDER, MANIFEST, readJson, TOP } from './vscode-folder.ts'

interface Around {
  readonly configured: readonly string[]
  readonly folders: readonly string[]
  readonly path: string
  readonly exists: (file: string) => boolean
}

interface PosternCommand {
  readonly posternCommand: (around: Around) => { readonly command: string; readonly args: readonly string[] }
}

const { posternCommand } = createRequire(import.meta.url)(join(FOLDER, 'postern-command.js')) as PosternCommand
const { contributes, scripts, ...manifest } = MANIFEST
const ours = readJson<{ readonly version: string; readonly license: string }>(join(TOP, 'package.json'))
const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8')

describe('the manifest of the extension', () => {
  it('has the version and the license of Postern', () => {
    assert.deepEqual([manifest.version, manifest.license], [ours.version, ours.license])
    assert.equal(readFileSync(join(FOLDER, 'LICENSE'), 'utf8'), readFileSync(join(TOP, 'LICENSE'), 'utf8'))
    assert.match(readFileSync(join(FOLDER, 'CHANGELOG.md'), 'utf8'), new RegExp(`^## ${ours.version}$`, 'm'))
  })

  it('agrees with its lock file, which is whole, on tools of one exact version each', () => {
    const { packages } = readJson<{ readonly packages: Readonly<Record<string, Locked>> }>(
      join(FOLDER, 'package-lock.json'),
    )
    assert.deepEqual(packages['']?.devDependencies, manifest.devDependencies)
    for (const [name, version] of Object.entries(manifest.devDependencies))
      assert.equal(packages[`node_modules/${name}`]?.version, version)
    for (const system of ['darwin-arm64', 'linux-arm64', 'linux-x64'])
      assert.ok(packages[`node_modules/@esbuild/${system}`], system)
  })

  it('describes every command and every setting in the readme, and the readme no others', () => {
    const rows = Array.from(readme.matchAll(/^\| `([^`]+)` \|/gm), ([, name]) => name)
    assert.deepEqual(rows, [
      ...contributes.commands.map(({ category, title }) => `${category}: ${title}`),
      ...Object.keys(contributes.configuration.properties),
    ])
  })

  it('has the file names of the catalog, and schemas that there are', () => {
    const catalog = readJson<readonly { readonly fileMatch: readonly string[] }[]>(join(TOP, 'schemas/catalog.json'))
    const names = catalog.flatMap(({ fileMatch }) => fileMatch)
    assert.deepEqual(contributes.languages[0]?.filenamePatterns, names)
    assert.deepEqual(
      contributes.yamlValidation.map(({ fileMatch }) => fileMatch),
      names,
    )
    for (const { url } of contributes.yamlValidation) assert.ok(existsSync(join(TOP, url.replace('./dist/', ''))), url)
    for (const name of names) assert.ok(readme.includes(`\`${name}\``), name)
  })

  it('wakes the extension where a site is, or a file that only Postern has', () => {
    const catalog = contributes.languages[0]?.filenamePatterns ?? []
    const woken = manifest.activationEvents.map((event) => event.replace('workspaceContains:**/', ''))
    assert.deepEqual(woken, catalog)
  })

  it('has tasks for commands that there are', () => {
    for (const command of contributes.taskDefinitions.flatMap(({ properties }) => properties.command.enum))
      assert.equal(runPostern([command, '--help']).code, 0, command)
    assert.ok(scripts['vscode:prepublish']?.includes('build.js'))
  })
})

interface Locked {
  readonly version?: string
  readonly devDependencies?: Readonly<Record<string, string>>
}

describe('the Postern that the extension runs', () => {
  const own = '/home/ann/mail/node_modules/postern/dist/cli/postern.js'
  const around = {
    configured: [],
    folders: ['/elsewhere', '/home/ann/mail'],
    path: ['', '/usr/bin', '/opt'].join(delimiter),
  }
  const exists =
    (...files: readonly string[]) =>
    (file: string): boolean =>
      files.includes(file)

  it('is the one that is configured, the one of the workspace, or the one in the path', () => {
    assert.deepEqual(posternCommand({ ...around, configured: ['npx', 'postern'], exists: exists(own) }), {
      command: 'npx',
      args: ['postern'],
    })
    assert.deepEqual(posternCommand({ ...around, exists: exists(own, '/opt/postern') }), {
      command: 'node',
      args: [own],
    })
    const node = '/home/ann/mail/node_modules/.bin/node'
    assert.deepEqual(posternCommand({ ...around, exists: exists(own, node) }), { command: node, args: [own] })
    assert.deepEqual(posternCommand({ ...around, exists: exists('/opt/postern') }), {
      command: '/opt/postern',
      args: [],
    })
  })

  it('is missed with what to type', () =>
    assert.throws(() => posternCommand({ ...around, exists: exists() }), /npm install postern.*postern\.command/))
})
