/** Records and local parts that strangers write for each other: SPF comes to an end, and what it says is clean. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { spf } from '../../src/ports/spf.ts'
import { SPF_RESULTS } from '../../src/ports/mail-authentication.ts'
import { ask, settle } from '../vocabulary/ask.ts'

const LOCALS = ['%{l}', '%{%{d}}', '"a b"', 'x'.repeat(64), '-'.repeat(64), '%%', '%{l128r-+/_=}', '{', 'a%{', 'a/b']

const RECORDS: Readonly<Record<string, string>> = {
  'the whole local part': 'exists:%{l}.x.example -all',
  'the local part turned round': 'exists:%{l1r-}.%{d}.x.example -all',
  'more parts than there are': 'exists:%{l999999999999r}.x.example -all',
  'no parts': 'exists:%{d0}.x.example -all',
  'a redirect to the sender': 'redirect=%{s}',
  'the local part as a domain': 'include:%{l}.%{o} -all',
  'thousands of mechanisms': `${'a:%{l}.example '.repeat(5000)}-all`,
  'thousands of macros in one name': `exists:${'%{l}'.repeat(2000)}.x.example -all`,
  'itself a thousand times': `${'include:example.com '.repeat(1000)}-all`,
  'an address without end': `ip4:${'1'.repeat(100_000)}`,
  'blanks without end': `${' '.repeat(100_000)}x`,
  slashes: 'a//// mx//////64 -all',
}

for (const [what, record] of Object.entries(RECORDS))
  it(`a record with ${what} has one result, and not many questions`, async () => {
    for (const local of LOCALS) {
      const dns = { 'example.com TXT': [`v=spf1 ${record}`] }
      const sender = `${local}@example.com`
      const { answer, resolver } = ask(
        spf,
        { result: [...SPF_RESULTS] },
        { ip: '192.0.2.7', helo: 'h.example', sender, dns },
      )
      await settle()
      const { truth, found = {} } = await answer
      assert.equal(truth, 'hit')
      assert.ok(Object.values(found).every((text) => /^[ -~]{0,300}$/.test(text)))
      assert.ok(resolver.asked.length <= 30, `${resolver.asked.length} questions`)
    }
  })
