/**
 * What a real Haraka (3.3.4) said, and the site that is made of its configuration: both refuse the same sessions, in
 * the same words.
 */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { importSite, writeSite } from '../../../../../src/cli/import-site.ts'
import { runPostern } from '../../../../support/run-postern.ts'
import { some } from '../../../../support/some.ts'
import { temporaryDirectory } from '../../../../support/temporary-directory.ts'
import { type Recorded, recorded } from './recorded.ts'
import { CONFIGURATIONS, type Configuration, dnsOf, type Session } from './sessions.ts'

/** A session file's line. */
function lineOf(session: Session): string {
  const { ip, host, helo, sender, rcpts, headers } = session
  const fields = headers.map((line) => line.split(': '))
  const client = { remote_ip: ip, remote_host: host ?? null, helo, sender, rcpt: rcpts }
  return JSON.stringify({ ...client, headers: fields, body: 'Hello\r\n', dns: dnsOf(session) })
}

interface Explained {
  readonly decisions: readonly { readonly reply?: string }[]
}

/** The first refusal; else the last word. */
function firstRefusal(line: string): string {
  const { decisions } = JSON.parse(line) as Explained
  const replies = decisions.flatMap(({ reply }) => reply ?? [])
  return replies.find((reply) => /^[45]/.test(reply)) ?? replies.at(-1) ?? line
}

/**
 * Class and text of a refusal; whatever is accepted is alike. Domains are lower case here. Of several refusals that
 * wait for RCPT, each has its own order (docs/import-haraka.md).
 */
function said(reply: string, { files }: Configuration): string {
  const [, digit = '', text = ''] = /^([245])\d\d (?:\d\.\d+\.\d+ )?(.*)$/.exec(reply.toLowerCase()) ?? []
  return digit === '2' || files['plugins']?.includes('delay_deny') ? digit : `${digit} ${text}`
}

async function ours(test: TestContext, { files }: Configuration, all: readonly Recorded[]): Promise<readonly string[]> {
  const place = temporaryDirectory(test)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, 'etc/config', name)), { recursive: true })
    writeFileSync(join(place, 'etc/config', name), text)
  }
  const { site } = await importSite('haraka', join(place, 'etc'))
  assert.ok(site)
  await writeSite(site, { to: join(place, 'site'), force: false, from: 'haraka' })
  const input = all.map(({ session }) => lineOf(session)).join('\n')
  const ended = runPostern(
    ['explain', '--site', join(place, 'site/postern.yaml'), '--session', '-', '-f', 'ndjson'],
    input,
  )
  assert.equal(ended.code, 0, ended.stderr)
  return ended.stdout.trim().split('\n').map(firstRefusal)
}

describe('a real Haraka', () => {
  const all = some(recorded(), 'recorded sessions')
  for (const configuration of CONFIGURATIONS)
    it(`${configuration.name}: is the site that is made of it, as far as clients hear`, async (test) => {
      const here = some(
        all.filter(({ configuration: name }) => name === configuration.name),
        'sessions',
      )
      const replies = await ours(test, configuration, here)
      assert.equal(replies.length, here.length)
      const different = here.flatMap(({ session, reply }, index) => {
        const own = replies[index] ?? ''
        return said(reply, configuration) === said(own, configuration)
          ? []
          : [`${JSON.stringify(session)}\n  Haraka ${reply}\n  here   ${own}`]
      })
      assert.equal(different.join('\n'), '')
    })
})
