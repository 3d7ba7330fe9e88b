/** What is a secret in a configuration, and what only names one. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { concealed } from '../../../src/compiler/effective/conceal.ts'

describe('secrets', () => {
  it('are values under their names, wherever they stand', () => {
    for (const name of [
      'password',
      'db_password',
      'api-token',
      'auth.secret',
      'secrets',
      'PASSWD',
      'api_key',
      'Authorization',
    ])
      assert.equal(concealed('hunter2', name), '***', name)
    assert.deepEqual(concealed({ bind: { dn: 'cn=a', password: 'hunter2' }, tokens: 3 }, 'ldap'), {
      bind: { dn: 'cn=a', password: '***' },
      tokens: 3,
    })
  })

  it('are not what only names one, or only sounds like one', () => {
    for (const [name, value] of [
      ['password', 'env:DB_PASSWORD'],
      ['token', 'file:/etc/token'],
      ['password_file', '/etc/password'],
      ['password_in_clear', false],
      ['public_key', 'keys/public.pem'],
      ['bypass', 'now'],
    ] as const)
      assert.equal(concealed(value, name), value, name)
  })

  it('are passwords in URLs, and what a web server is asked with', () => {
    assert.equal(concealed('redis://:hunter2@host:6379', 'store'), 'redis://:***@host:6379')
    assert.equal(concealed('postgres://ann:hunter2@host/db', 'database'), 'postgres://ann:***@host/db')
    assert.equal(
      concealed('https://lists.example/a?key=hunter2#refresh=5m', 'local_domains'),
      'https://lists.example/a?…#refresh=5m',
    )
    const told = 'See https://example.org/why?ip=${remote_ip} for more'
    assert.equal(concealed(told, 'message'), told)
  })

  it('never show in any value that is known to be one', () => {
    const text = fc.string({ minLength: 1 })
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z0-9]{6,12}$/),
        fc.dictionary(text, fc.array(text)),
        text,
        (secret, others, name) => {
          const value = { ...others, a: [`x${secret}y`, { b: secret }] }
          assert.ok(
            !JSON.stringify(concealed(value, name, [secret]))
              .replaceAll(/"[^"]*":/g, '')
              .includes(secret),
          )
        },
      ),
    )
  })
})
