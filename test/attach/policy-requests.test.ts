/** Requests to a policy service as octets: whole and broken, cut anywhere. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { actionFor } from '../../src/attach/policy/action.ts'
import { type RequestEvent, RequestReader } from '../../src/attach/policy/request-reader.ts'
import { makeField } from '../../src/core/mail/header.ts'
import { attachRig, sayInPieces } from './rig.ts'
import { request } from './policy-rig.ts'

const LIMITS = { request_line_length: 64, request_attributes: 6 }
const BEGINNING = 'request=smtpd_access_policy\n'

function readAll(octets: Buffer, cuts: readonly number[] = []): readonly RequestEvent[] {
  const reader = new RequestReader(LIMITS)
  const places = [...cuts.map((cut) => cut % (octets.length + 1)), octets.length].toSorted((a, b) => a - b)
  const events: RequestEvent[] = []
  let from = 0
  for (const place of places) {
    for (let rest = octets.subarray(from, place); rest.length > 0; ) {
      const { used, event } = reader.read(rest)
      if (event) events.push(event)
      if (event?.kind === 'malformed') return events
      rest = rest.subarray(used)
    }
    from = Math.max(from, place)
  }
  return events
}

/** The whole stream at once, line by line. */
function naively(octets: Buffer): readonly string[] {
  const lines = octets.toString('latin1').split('\n')
  const unfinished = lines.pop() ?? ''
  const found: string[] = []
  let names = new Map<string, string>()
  let count = 0
  for (const line of lines) {
    if (line.length > LIMITS.request_line_length) return [...found, 'malformed']
    if (line !== '') {
      const equals = line.indexOf('=')
      count += 1
      if (count > LIMITS.request_attributes || equals < 1 || /[\0-\x1f\x7f]/.test(line)) return [...found, 'malformed']
      if (!/^[A-Za-z0-9_.-]+$/.test(line.slice(0, equals))) return [...found, 'malformed']
      names.set(line.slice(0, equals), line.slice(equals + 1))
    } else if (names.get('request') !== 'smtpd_access_policy') return [...found, 'malformed']
    else {
      found.push(JSON.stringify([...names]))
      names = new Map()
      count = 0
    }
  }
  return unfinished.length > LIMITS.request_line_length ? [...found, 'malformed'] : found
}

function shown(event: RequestEvent): string {
  return event.kind === 'malformed' ? 'malformed' : JSON.stringify([...event.attributes])
}

const line = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(BEGINNING, 'a=b\n', 'sender=\n', 'x_1=a=b c\n', `a=${'b'.repeat(62)}\n`) },
  { weight: 3, arbitrary: fc.constant('\n') },
  fc.constantFrom('a\n', '=b\n', 'a b=c\n', 'a=\0\n', 'a=\r\n', `a=${'b'.repeat(63)}\n`, 'a=b'),
)
const stream = fc.array(line, { maxLength: 30 }).map((lines) => Buffer.from(lines.join(''), 'latin1'))

describe('requests', () => {
  it('are what a naive reading of the whole stream says, at every cut', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (octets, cuts) => {
        assert.deepEqual(readAll(octets, cuts).map(shown), naively(octets))
      }),
      { numRuns: 1000 },
    )
  })

  it('may hold UTF-8, and octets that are none', () => {
    const [event] = readAll(Buffer.from(`${BEGINNING}a=jürgen\n\n`))
    assert.equal(event?.kind === 'request' && event.attributes.get('a'), 'jürgen')
    const [other] = readAll(Buffer.from(`${BEGINNING}a=j\xfcrgen\n\n`, 'latin1'))
    assert.equal(other?.kind === 'request' && other.attributes.get('a'), 'jürgen')
  })

  it('may say __proto__ and constructor', () => {
    const [event] = readAll(Buffer.from(`${BEGINNING}__proto__=a\nconstructor=b\n\n`))
    assert.equal(event?.kind === 'request' && event.attributes.get('__proto__'), 'a')
    assert.equal(event?.kind === 'request' && event.attributes.get('toString'), undefined)
  })
})

describe('row 60', () => {
  it('row 60, limit request_line_length: a line that is too long is refused, wherever it is cut', async () => {
    for (const cut of [0, 1, 1000, 2040, 2051]) {
      const rig = attachRig('policy')
      await sayInPieces(rig, `${BEGINNING}sender=${'a'.repeat(2042)}`, [cut])
      assert.ok(rig.wire.closed)
      assert.equal(rig.heard(), '')
      assert.equal(rig.log[0]?.fields['limit'], 'request_line_length')
    }
  })

  it('row 60, limit request_attributes: a request without the empty line is refused', async () => {
    const rig = attachRig('policy')
    await rig.say(BEGINNING + 'a=b\n'.repeat(99))
    assert.ok(!rig.wire.closed)
    await rig.say('a=b\n')
    assert.ok(rig.wire.closed)
    assert.equal(rig.heard(), '')
    assert.deepEqual(rig.hooks, [])
    assert.equal(rig.log[0]?.fields['limit'], 'request_attributes')
  })

  for (const [what, octets] of [
    ['NUL in an attribute', request({ sender: 'ann\0@example.net' })],
    ['CR in an attribute', request({ helo_name: 'a\rb' })],
    ['a line end in an attribute', request({ sender: 'ann\naction=OK' }).replace('action=OK', 'action OK')],
    ['a line without a name', request().replace('sender=', '=')],
    ['another kind of request', request({ request: 'junk' })],
    ['an empty request', '\n'],
    ['SMTP', 'EHLO client.example\r\n'],
  ] as const)
    it(`row 60: ${what} ends the connection without an answer, and nobody is asked`, async () => {
      const rig = attachRig('policy')
      await rig.say(octets + request())
      assert.ok(rig.wire.closed)
      assert.equal(rig.heard(), '')
      assert.deepEqual(rig.hooks, [])
    })

  it('row 60: whatever a text holds, an action is one line of printable ASCII and an empty one', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 700 }),
        fc.constantFrom(450, 550, 421, 554),
        fc.boolean(),
        (text, code, close) => {
          const action = actionFor({ reply: { code, status: `${Math.trunc(code / 100)}.7.1`, text }, close })
          assert.match(action, /^action=[45]\d\d [45]\.7\.1 [ -~]{0,505}\n\n$/)
        },
      ),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        assert.match(actionFor(undefined, makeField('X-Spam', text)), /^action=PREPEND X-Spam: ?[ -~\t]*\n\n$/)
      }),
    )
  })
})

describe('a stream of requests', () => {
  it('has the same answers however it is cut', async () => {
    const requests = Array.from({ length: 5 }, (_, index) => request({ recipient: `r${index}@example.org` })).join('')
    const whole = attachRig('policy')
    await whole.say(requests)
    const expected = whole.heard()
    assert.equal(expected, 'action=DUNNO\n\n'.repeat(5))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 20 }), fc.boolean(), async (cuts, asynchronous) => {
        const rig = attachRig('policy', { asynchronous })
        await sayInPieces(rig, requests, cuts)
        assert.equal(rig.heard(), expected)
        assert.deepEqual(rig.hooks, whole.hooks)
      }),
      { numRuns: 50 },
    )
  })
})
