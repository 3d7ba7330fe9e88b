/** TypeScript plugins where a site may lie: nothing of Postern's beside them, a package.json of other people above them. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it, test } from 'node:test'
import { folder } from './folder.ts'

const PLUGIN = `import { definePlugin, verdict } from 'postern'
import { text } from './text.ts'
export default definePlugin({ name: 'club', hooks: { rcpt: () => verdict('DENY', text) } })
`
const SITE = `hostname: mx.example.org
plugins: [./plugins/club.ts]
`

for (const type of [undefined, 'commonjs', 'module']) {
  test(`a plugin is loaded where package.json says ${type ?? 'nothing'} about modules`, async (context) => {
    const { postern } = folder(context, {
      'package.json': JSON.stringify({ ...(type !== undefined && { type }) }),
      'postern.yaml': SITE,
      'plugins/club.ts': PLUGIN,
      'plugins/text.ts': "export const text: string = 'Members only'\n",
    })
    const session = ['--from', 'ann@friend.example', '--rcpt', 'bob@example.org', '-f', 'json']
    const { code, stdout } = await postern(['explain', ...session])
    assert.equal(code, 0)
    assert.match(stdout, /"reply": "550 5\.7\.1 Members only"/)
  })
}

const EXECUTABLE = join(import.meta.dirname, '../../src/cli/postern.js')

describe('a plugin that does not come to an end', () => {
  const never: readonly (readonly [where: string, text: string])[] = [
    ['at its top level', 'await new Promise(() => undefined)\nexport default {}\n'],
    ['in its setup', 'export default { name: "club", setup: () => new Promise(() => undefined) }\n'],
  ]
  it('limit load_deadline: a plugin that never ends loading is an error that names the limit', async (context) => {
    for (const [where, text] of never) {
      const site = `limits: { load_deadline: 20 }\n${SITE}`
      const { postern } = folder(context, { 'postern.yaml': site, 'plugins/club.ts': text })
      const { code, stdout } = await postern(['check', '-f', 'compact'])
      assert.equal(code, 1, where)
      assert.match(stdout, /^postern\.yaml:3:11: .*PLG001.*club\.ts` .*not done after 20 .*`limits: \{ load_deadline/m)
      const explained = await postern(['explain', '--rcpt', 'bob@example.org'])
      assert.equal(explained.code, 3, where)
      assert.match(explained.stderr, /an `await` that never ends/)
    }
  })
})

it('a plugin that never ends loading holds nobody when it is given up', (context) => {
  const { path } = folder(context, {
    'postern.yaml': `limits: { load_deadline: 20 }\n${SITE}`,
    'plugins/club.ts': 'await new Promise(() => setInterval(() => undefined, 1000))\n',
  })
  const { status, stdout } = spawnSync(process.execPath, [EXECUTABLE, 'check'], {
    cwd: path,
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(status, 1)
  assert.match(stdout, /1 error/)
})

describe('a plugin that calls process.exit(0) while it is loaded', () => {
  const files = {
    'postern.yaml': `${SITE}listen: [{ address: 127.0.0.1, port: 2525 }]\nallow_root: true\n`,
    'plugins/club.ts': "await Promise.resolve()\nprocess.exit(0)\nexport default { name: 'club' }\n",
    'club.test.yaml':
      'suite: club\nsite: postern.yaml\ntests: [{ name: all, given: { rcpt: a@b.example }, expect: { hook: rcpt, return: DENY } }]\n',
  }
  for (const command of ['check', 'test', 'serve'])
    it(`ends ${command} with an error that names it`, (context) => {
      const { path } = folder(context, files)
      const { status, stderr } = spawnSync(process.execPath, [EXECUTABLE, command], { cwd: path, encoding: 'utf8' })
      assert.equal(status, 3, stderr)
      assert.match(
        stderr,
        /^postern: the plugin plugins\/club\.ts ended the program while .* take `process\.exit` out/m,
      )
    })
})

it('a program that ends while it loads a plugin does not blame it', (context) => {
  const { path } = folder(context, {
    'ends.ts': `import { codeGuard } from '${join(import.meta.dirname, '../../src/cli/code-guard.ts')}'
const never = (): Promise<void> => new Promise(() => undefined)
void codeGuard({ after: () => () => undefined })({ path: 'club.ts', milliseconds: 1 }, never)
`,
  })
  const { status, stderr } = spawnSync(process.execPath, ['ends.ts'], { cwd: path, encoding: 'utf8' })
  assert.deepEqual([status, stderr.includes('club')], [0, false], stderr)
})
