/** What workers count they count together, and the next start goes on from there. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { startProcess, writeSite } from '../../faults/server.ts'
import { smtpClient } from '../../support/smtp-client.ts'

const LIMIT = 10
const RULES = `plugin: counted
hooks:
  connect:
    - id: often
      match: { rate: { key: "\${remote_ip}", limit: ${LIMIT}, per: 1h } }
      on_unknown: defer
      return: DENY
      message: "\${rate.count}"
`

async function greeting(port: number): Promise<string> {
  const client = smtpClient(port)
  const heard = await client.hearReply().catch(() => 'nothing')
  client.socket.destroy()
  return heard.slice(0, 3)
}

it('workers count in one SQLite file, at once, and so does the next start', async () => {
  const site = writeSite(['./counted.yaml'], 'store: sqlite:state/postern.db\nworkers: 3')
  writeFileSync(join(site.directory, 'counted.yaml'), RULES)
  try {
    const first = await startProcess(site)
    const codes = await Promise.all(Array.from({ length: LIMIT + 4 }, () => greeting(first.port)))
    assert.equal(codes.filter((code) => code === '220').length, LIMIT, codes.join(' '))
    first.child.kill('SIGTERM')
    assert.equal(await first.exited, 0)
    const second = await startProcess(site)
    assert.notEqual(await greeting(second.port), '220')
    second.child.kill('SIGTERM')
    assert.equal(await second.exited, 0)
  } finally {
    rmSync(site.directory, { recursive: true })
  }
})
