/** Listeners of a real server where a mail server asks: they live as SMTP listeners do, with one server for many clients. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { house, serve, siteFolder } from '../support/served-site.ts'
import { clientOver, type SmtpClient } from '../support/smtp-client.ts'
import { answersIn, connect as client, mail, negotiation } from './milter-rig.ts'
import { request } from './policy-rig.ts'

const LISTEN =
  '{ name: mx, port: 0 }, { name: pf, path: pf.sock, protocol: policy }, { name: mil, port: 0, protocol: milter }'

function asking(test: TestContext, where: { readonly path: string } | { readonly port: number }): SmtpClient {
  const one = clientOver('path' in where ? connect(where) : connect({ host: '127.0.0.1', ...where }))
  test.after(() => one.socket.destroy())
  return one
}

async function ask(one: SmtpClient, sender: string, client_port: string): Promise<string> {
  one.say(request({ sender, client_port, instance: client_port }))
  return one.hear('\n\n')
}

describe('a listener for mail servers', () => {
  it('has the new rules after a reload, for the next session of the same connection', async (test) => {
    const more = ['decisions: { file: decisions.ndjson }']
    const site = siteFolder(test, { listen: LISTEN, plugins: ['./house.yaml'], more })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    const one = asking(test, { path: site.path('pf.sock') })
    assert.equal(await ask(one, 'a@old.example', '1'), 'action=550 5.7.1 Not you\n\n')
    site.write('house.yaml', house('new.example'))
    server.child.kill('SIGHUP')
    await server.says(/the site was loaded again/)
    assert.equal(await ask(one, 'a@old.example', '1'), 'action=550 5.7.1 Not you\n\n')
    assert.equal(await ask(one, 'a@old.example', '2'), 'action=DUNNO\n\n')
    assert.equal(await ask(one, 'a@new.example', '3'), 'action=550 5.7.1 Not you\n\n')
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, 0)
    assert.equal(await one.rest(), '')
    const records = readFileSync(site.path('decisions.ndjson'), 'utf8')
    assert.match(records, /"listener":"pf".*a@old\.example/)
  })

  it('counts a mail server among all connections, and not as one client; workers answer', async (test) => {
    const more = ['workers: 2', 'limits: { connections: 5, connections_per_client: 1 }']
    const site = siteFolder(test, { listen: LISTEN, plugins: ['./house.yaml'], more })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    for (const port of ['1', '2', '3']) {
      const one = asking(test, { path: site.path('pf.sock') })
      assert.equal(await ask(one, 'a@old.example', port), 'action=550 5.7.1 Not you\n\n')
    }
    for (let count = 0; count < 2; count += 1) {
      const one = asking(test, { port: server.ports.get('mil') ?? 0 })
      one.say(negotiation() + client() + mail('<a@old.example>'))
      assert.deepEqual(answersIn(await one.hear('Not you\0')).slice(1), ['c', 'y 550 5.7.1 Not you'])
    }
    assert.equal(await asking(test, { path: site.path('pf.sock') }).rest(), '')
  })
})
