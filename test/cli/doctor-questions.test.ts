/** The doctor asks what rules ask outside, once, about somebody whom nobody has. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { examine } from '../../src/cli/doctor/examine.ts'
import { dnsServer } from '../support/dns-server.ts'
import { atEnd } from '../support/ends.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { listenOnLoopback } from '../ports/sources/loopback.ts'

const directory = temporaryDirectory({ after: atEnd })
const at = (name: string): string => join(directory, name)

async function examined(conditions: readonly string[]): Promise<readonly string[]> {
  const dns = await dnsServer({ 'mx.example.org A': ['192.0.2.1'] })
  const rules = conditions.map((condition, index) => `    - { id: r${index}, match: { ${condition} }, return: DENY }`)
  writeFileSync(at('house.yaml'), `plugin: house\nhooks:\n  rcpt:\n${rules.join('\n')}\n`)
  const site = [
    'hostname: mx.example.org',
    'listen: [{ name: mx, port: 0 }]',
    'allow_root: true',
    'local_domains: [example.org]',
    `dns: { servers: ["${dns.address}"], timeout: 1s }`,
    `plugins: [./house.yaml, rcpt_ok, queue/maildir: { path: ${at('mail')} }]`,
  ]
  writeFileSync(at('postern.yaml'), `${site.join('\n')}\n`)
  const findings = await examine(at('postern.yaml'))
  await dns.close()
  return findings.flatMap(({ status, about, message }) =>
    /^(?:sql|ldap|http|ca_file)/.test(about) ? [`${status} ${about}: ${message}`] : [],
  )
}

describe('the doctor', () => {
  it('asks each database, directory and web service once', async () => {
    const database = new DatabaseSync(at('access.db'))
    database.exec('CREATE TABLE access (sender TEXT, action TEXT)')
    database.close()
    const heard: string[] = []
    const port = await listenOnLoopback(
      createServer((request, response) => {
        heard.push(request.url ?? '')
        response.writeHead(404).end()
      }),
    )
    const found = await examined([
      'sql: { database: "sqlite:access.db", query: "SELECT action FROM access WHERE sender = ${sender}" }',
      'sql: { database: "sqlite:access.db", query: "SELECT reason FROM access WHERE sender = ${sender}" }',
      'ldap: { url: "ldap://127.0.0.1:1", base: dc=x, tls: none, filter: "(mail=${rcpt})" }',
      `http: { url: "http://127.0.0.1:${port}/check?ip=\${remote_ip}&to=\${rcpt}", ca_file: nowhere.pem, timeout: 3s }`,
    ])
    assert.deepEqual(heard, [])
    assert.deepEqual(
      found.map((line) => line.replace(/:\d{2,}/, '')),
      [
        'ok sql sqlite:access.db: answers',
        'error sql sqlite:access.db: does not answer: the database failed: no such column: reason',
        'error ldap ldap://127.0.0.1:1/dc=x: does not answer: Error: connect ECONNREFUSED 127.0.0.1:1',
        `error http http://127.0.0.1: does not answer: ENOENT: no such file or directory, open '${at('nowhere.pem')}'`,
      ],
    )
    const again = await examined([`http: { url: "http://127.0.0.1:${port}/check?ip=\${remote_ip}&to=\${rcpt}" }`])
    assert.deepEqual(
      [heard, again.map((line) => line.slice(0, 'ok http'.length))],
      [['/check?ip=192.0.2.1&to=nobody%40nobody.invalid'], ['ok http']],
    )
  })
})
