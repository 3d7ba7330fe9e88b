/** TypeScript plugins where a site may lie: nothing of Postern's beside them, a package.json of other people above them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
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
