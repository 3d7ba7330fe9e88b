/** Places with the policies of as many recipients as wanted, for policies.ts: a tree of files, a SQLite table, a directory service. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { policyPath } from '../src/ports/policies/policy-path.ts'
import { findProgram, startProgram } from '../test/support/real/programs.ts'
import { freePort } from '../test/support/free-port.ts'

const DOMAINS = 100
const TEXT = 'allow: [friend@example.net, .partner.example, 192.0.2.0/24]\nblock: [bulk.example]\n'

export function keyOf(index: number): string {
  return `user${index}@d${index % DOMAINS}.example`
}

export interface Place {
  /** What `directory` or `source` of `recipients` would say. */
  readonly url: string
  stop(): Promise<void>
}

/** Makes one in an empty directory. */
export type MakePlace = (directory: string, recipients: number) => Promise<Place>

export const PLACES: Readonly<Record<string, MakePlace>> = { files: makeFiles, sqlite: makeTable, ldap: startDirectory }

const ended = async (): Promise<void> => undefined

async function makeFiles(directory: string, recipients: number): Promise<Place> {
  const past = new Date(Date.now() - 60_000)
  for (let domain = 0; domain < DOMAINS; domain += 1) mkdirSync(join(directory, `d${domain}.example`))
  for (let index = 0; index < recipients; index += 1) {
    const path = join(directory, policyPath(keyOf(index)))
    writeFileSync(path, TEXT)
    utimesSync(path, past, past)
  }
  return { url: directory, stop: ended }
}

async function makeTable(directory: string, recipients: number): Promise<Place> {
  const path = join(directory, 'policies.db')
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE policies (who TEXT PRIMARY KEY, policy TEXT) WITHOUT ROWID; BEGIN')
  const insert = database.prepare('INSERT INTO policies VALUES (?, ?)')
  for (let index = 0; index < recipients; index += 1) insert.run(keyOf(index), TEXT)
  database.exec('COMMIT')
  database.close()
  return { url: `sqlite:${path}#table=policies&key=who&value=policy`, stop: ended }
}

const BASE = 'dc=example'

async function startDirectory(directory: string, recipients: number): Promise<Place> {
  const [slapd, slapadd] = [findProgram('slapd'), findProgram('slapadd')]
  assert.ok(slapd !== undefined && slapadd !== undefined, 'needs slapd and slapadd')
  const configuration = join(directory, 'slapd.conf')
  mkdirSync(join(directory, 'db'))
  writeFileSync(
    configuration,
    [
      ...['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      `pidfile ${directory}/slapd.pid`,
      'database mdb',
      'maxsize 17179869184',
      `suffix "${BASE}"`,
      `directory ${directory}/db`,
      'index objectClass eq',
      'index mail eq',
      '',
    ].join('\n'),
  )
  await addEntries(slapadd, configuration, recipients)
  const port = await freePort()
  const server = await startProgram(slapd, ['-f', configuration, '-h', `ldap://127.0.0.1:${port}/`, '-d', '0'], {
    port,
  })
  const url = `ldap://127.0.0.1:${port}/${BASE}#filter=(mail={key})&attribute=description&tls=none`
  return { url, stop: () => server.stop() }
}

async function addEntries(slapadd: string, configuration: string, recipients: number): Promise<void> {
  const child = spawn(slapadd, ['-q', '-f', configuration], { stdio: ['pipe', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  child.stdin.write(`dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example\n\n`)
  for (let index = 0; index < recipients; index += 1)
    if (!child.stdin.write(entryOf(index))) await once(child.stdin, 'drain')
  child.stdin.end()
  assert.deepEqual(await exited, [0, null])
}

const DESCRIPTION = Buffer.from(TEXT).toString('base64')

function entryOf(index: number): string {
  return `dn: cn=p${index},${BASE}\nobjectClass: inetOrgPerson\ncn: p${index}\nsn: x\nmail: ${keyOf(index)}\ndescription:: ${DESCRIPTION}\n\n`
}
