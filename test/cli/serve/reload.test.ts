/** A reload as the admin meets it: new rules for new sessions, or everything as it was and the reason why. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { greeted, healthPage, house, reply, serve, siteFolder, siteText, start } from '../../support/served-site.ts'

describe('a reload', () => {
  it('gives new sessions the new rules, and old ones the rules they began with', async (test) => {
    const site = siteFolder(test, { plugins: ['./house.yaml'] })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    const before = await greeted(server.client())
    site.write('house.yaml', house('new.example'))
    server.child.kill('SIGHUP')
    await server.says(/the site was loaded again/)
    const after = await greeted(server.client())
    assert.match(await reply(after, 'MAIL FROM:<a@new.example>'), /^550 .*Not you/)
    assert.match(await reply(after, 'MAIL FROM:<a@old.example>'), /^250 /)
    assert.match(await reply(before, 'MAIL FROM:<a@old.example>'), /^550 .*Not you/)
  })

  it('that cannot be changes nothing, and says why in the log, in health and in metrics', async (test) => {
    const site = siteFolder(test, { plugins: ['./house.yaml'], more: ['health: { listen: "127.0.0.1:0" }'] })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    site.write('house.yaml', `${house('new.example')}    - { idd: typo }\n`)
    server.child.kill('SIGHUP')
    await server.says(/the reload was refused/)
    assert.match(server.said(), /"code":"CFG101","at":"[^"]*house\.yaml:5:9","msg":"unknown key `idd`/)
    assert.match(await reply(await greeted(server.client()), 'MAIL FROM:<a@old.example>'), /^550 /)
    const health = JSON.parse(await healthPage(server, '/healthz')) as Record<string, unknown>
    assert.deepEqual([health['status'], health['reload']], ['serving', 'refused'])
    const metrics = await healthPage(server, '/metrics')
    assert.match(metrics, /^postern_reloads_total\{result="refused"\} 1$/m)
    assert.match(metrics, /^postern_reload_last_ok 0$/m)
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, 0)
  })

  it('is refused by a smoke test that fails, as a start is', async (test) => {
    const site = siteFolder(test, { plugins: ['./house.yaml'], more: ['smoke: [smoke.test.yaml]'] })
    site.write('house.yaml', house('old.example'))
    site.write(
      'smoke.test.yaml',
      'suite: smoke\nsite: ./postern.yaml\ntests:\n  - { name: old is refused, given: { sender: a@old.example }, expect: { hook: mail, return: DENY } }\n',
    )
    const server = await serve(test, site)
    site.write('house.yaml', house('new.example'))
    server.child.kill('SIGHUP')
    await server.says(/"code":"smoke".*smoke test failed: smoke › old is refused: return is DECLINED, not DENY/)
    assert.match(await reply(await greeted(server.client()), 'MAIL FROM:<a@old.example>'), /^550 /)
    const second = start(test, site)
    assert.equal(await second.exited, 3)
    assert.match(second.said(), /smoke test failed/)
  })

  it('happens by itself when the site says so', async (test) => {
    const site = siteFolder(test, { plugins: ['./house.yaml'], more: ['reload: { watch: true }'] })
    site.write('house.yaml', house('old.example'))
    const server = await serve(test, site)
    site.write('house.yaml', house('new.example'))
    await server.says(/the site was loaded again/)
    assert.match(await reply(await greeted(server.client()), 'MAIL FROM:<a@new.example>'), /^550 /)
  })

  it('says what needs a restart', async (test) => {
    const site = siteFolder(test)
    const server = await serve(test, site)
    site.write(
      'postern.yaml',
      siteText({ listen: '{ name: mx, port: 0 }, { name: other, port: 0 }', more: ['log: { level: debug }'] }),
    )
    server.child.kill('SIGHUP')
    await server.says(/"changed":"listen, log","msg":"a restart is needed/)
  })

  it('opens log files anew, so that they can be moved away', async (test) => {
    const site = siteFolder(test, { more: ['log: { file: postern.log }', 'health: { listen: "127.0.0.1:0" }'] })
    const server = await serve(test, site)
    spawnSync('mv', [site.path('postern.log'), site.path('postern.log.1')])
    server.child.kill('SIGHUP')
    while (!existsSync(site.path('postern.log'))) await healthPage(server, '/healthz')
    assert.ok(statSync(site.path('postern.log.1')).isFile())
  })
})

it('what comes while it starts is not lost: a SIGHUP is a reload', async (test) => {
  const site = siteFolder(test, { plugins: ['./slow.mjs'] })
  site.write('slow.mjs', `process.kill(process.pid, 'SIGHUP')\nexport default { name: 'slow', hooks: {} }`)
  const server = await serve(test, site)
  await server.says(/the site was loaded again/)
})
