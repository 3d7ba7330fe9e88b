/** A server writes its log where the site says, and the doctor looks at those places beforehand. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { lookAtLog } from '../../../src/cli/doctor/look-at-log.ts'
import { greeted, house, reply, serve, siteFolder } from '../../support/served-site.ts'

const MAIL = { facility: 'mail', tag: 'postern' } as const
const noLogger = spawnSync('logger', ['--version']).status === 0 ? false : 'logger is not installed'

it('a server writes each place what counts there', async (test) => {
  const places = '[{ place: "file:all.log", level: debug }, { place: "file:bad.log", level: error }]'
  const site = siteFolder(test, { more: [`log: { to: ${places} }`], plugins: ['./house.yaml'] })
  site.write('house.yaml', house('spam.example'))
  const server = await serve(test, site)
  const client = await greeted(server.client())
  assert.match(await reply(client, 'MAIL FROM:<a@spam.example>'), /^550 .*Not you/)
  server.child.kill('SIGTERM')
  assert.equal(await server.exited, 0)
  assert.match(readFileSync(site.path('all.log'), 'utf8'), /"plugin":"house"/)
  assert.equal(readFileSync(site.path('bad.log'), 'utf8'), '')
})

describe('the doctor', () => {
  it('tries files of the log', async (test) => {
    const { path } = siteFolder(test)
    const look = (name: string) => lookAtLog({ level: 'info', place: { kind: 'file', path: path(name) } })
    assert.deepEqual(
      [await look('a.log'), await look('postern.yaml/a.log')].map(([finding]) => finding?.status),
      ['ok', 'error'],
    )
  })

  it('says nothing about what needs no looking at', async () => {
    assert.deepEqual(await lookAtLog({ level: 'info', place: { kind: 'stderr' } }), [])
    const place = { kind: 'udp', address: '127.0.0.1', port: 514, ...MAIL } as const
    assert.deepEqual(await lookAtLog({ level: 'info', place }), [])
  })

  it('tries the socket of syslog', { skip: noLogger }, async (test) => {
    const { path } = siteFolder(test)
    const look = () => lookAtLog({ level: 'info', place: { kind: 'socket', path: path('log'), ...MAIL } })
    const [nobody] = await look()
    assert.equal(nobody?.message, `nobody listens on ${path('log')}`)
    const script = join(import.meta.dirname, '../../support/notify-socket.py')
    const daemon = spawn('python3', [script, path('log')], { stdio: ['pipe', 'pipe', 'inherit'] })
    test.after(() => daemon.kill())
    await once(createInterface(daemon.stdout), 'line')
    const [somebody] = await look()
    assert.equal(somebody?.status, 'ok')
  })
})
