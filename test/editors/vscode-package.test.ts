/** The package of the extension for Visual Studio Code, made by vsce: these files, and no others. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { it } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { folder } from '../cli/folder.ts'
import { FOLDER, MANIFEST } from './vscode-folder.ts'

const VSCE = join(FOLDER, 'node_modules/@vscode/vsce/vsce')
const LARGEST = 512 * 1024

interface Packed {
  readonly name: string
  readonly read: () => string
}

/** The central directory of a ZIP file (APPNOTE 4.3.12): names, and where their data is. */
function unzipped(zip: Buffer): readonly Packed[] {
  const end = zip.lastIndexOf('PK\u0005\u0006')
  let at = zip.readUInt32LE(end + 16)
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [size, name, extra, comment] = [
      zip.readUInt32LE(at + 20),
      ...[28, 30, 32].map((o) => zip.readUInt16LE(at + o)),
    ]
    const header = zip.readUInt32LE(at + 42)
    const start = at + 46
    at = start + (name ?? 0) + (extra ?? 0) + (comment ?? 0)
    const data = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
    return {
      name: zip.toString('utf8', start, start + (name ?? 0)),
      read: () => inflateRawSync(zip.subarray(data, data + (size ?? 0))).toString(),
    }
  })
}

const skip = existsSync(VSCE) ? false : 'vsce is not installed: npm ci --prefix editors/vscode'
it('the package of the extension has what it names, and no more', { skip, timeout: 120_000 }, (test) => {
  const { path } = folder(test, {})
  const file = join(path, 'postern.vsix')
  const PATH = `${join(process.execPath, '..')}:${process.env['PATH']}`
  const made = spawnSync(VSCE, ['package', '--no-dependencies', '--allow-missing-repository', '--out', file], {
    cwd: FOLDER,
    env: { ...process.env, PATH },
    encoding: 'utf8',
  })
  assert.equal(made.status, 0, made.stdout + made.stderr)
  assert.doesNotMatch(made.stdout + made.stderr, /WARN/)
  const zip = readFileSync(file)
  assert.ok(zip.length < LARGEST, `${zip.length} octets`)
  const packed = unzipped(zip)
  const schemas = MANIFEST.contributes.yamlValidation.map(({ url }) => url.replace('./', 'extension/'))
  const files = ['LICENSE.txt', 'changelog.md', 'dist/extension.js', 'dist/licenses.txt', 'package.json', 'readme.md']
  const of = ['[Content_Types].xml', 'extension.vsixmanifest', ...files.map((name) => `extension/${name}`), ...schemas]
  assert.deepEqual(packed.map(({ name }) => name).toSorted(), of.toSorted())
  const read = (name: string): string => packed.find((one) => one.name === `extension/${name}`)?.read() ?? ''
  assert.deepEqual(Object.keys(JSON.parse(read('package.json')) as object), Object.keys(MANIFEST))
  const wanted = Array.from(read('dist/extension.js').matchAll(/\brequire\("([^"]+)"\)/g), ([, name]) => String(name))
  assert.deepEqual(
    [...new Set(wanted)].filter((name) => name !== 'vscode' && !isBuiltin(name)),
    [],
  )
  assert.match(read('dist/licenses.txt'), /^vscode-languageclient$/m)
})
