/** A client that somebody else wrote: GNU SASL's `gsasl`, over its standard input and output. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { SaslEnd, SaslExchange } from '../../../src/smtp/sasl/exchange.ts'
import { decodeBase64 } from '../../../src/smtp/sasl/response.ts'
import { house } from './house.ts'

const skip = spawnSync('gsasl', ['--version']).status === 0 ? false : 'needs the program gsasl (Debian package gsasl)'

const HOUSE = { users: { 'ann@example.org': 'pencil' } }

for (const mechanism of ['PLAIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'SCRAM-SHA-256']) {
  test(`gsasl logs in with ${mechanism}`, { skip }, async () => {
    const end = await talk(house(HOUSE).start(mechanism), mechanism, 'pencil')
    assert.deepEqual(end, { kind: 'done', user: 'ann@example.org' })
  })
  test(`gsasl does not log in with ${mechanism} and a wrong password`, { skip }, async () => {
    const end = await talk(house(HOUSE).start(mechanism), mechanism, 'pen')
    assert.deepEqual(end, { kind: 'failed', because: 'denied' })
  })
}

async function talk(exchange: SaslExchange, mechanism: string, password: string): Promise<SaslEnd> {
  const flags = ['--quiet', '--client', '--no-cb', `--mechanism=${mechanism}`, '--authentication-id=ann@example.org']
  const client = spawn('gsasl', [...flags, `--password=${password}`], { stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    return await answer(exchange, client, mechanism)
  } finally {
    client.kill()
  }
}

/** It writes the mechanism's name, then a line of base64 for each response (an empty one where the server begins). */
async function answer(exchange: SaslExchange, client: ChildProcess, mechanism: string): Promise<SaslEnd> {
  assert.ok(client.stdin && client.stdout)
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]()
  const hear = async (): Promise<string> => String((await lines.next()).value ?? 'the end')
  assert.equal(await hear(), mechanism)
  let line = await hear()
  let step = await exchange.next(line === '' ? undefined : decodeBase64(line))
  while (step.kind === 'challenge') {
    client.stdin.write(`${step.challenge.toString('base64')}\n`)
    line = await hear()
    const response = decodeBase64(line)
    assert.ok(response, `gsasl said ${line}`)
    step = await exchange.next(response)
  }
  return step
}
