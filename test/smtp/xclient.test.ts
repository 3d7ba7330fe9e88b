/** What XCLIENT and XFORWARD change for rules: addresses, ports as numbers, names, logins; and what they do not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { HookContext } from '../../src/core/context.ts'
import { Unknown } from '../../src/core/truth.ts'
import { verdict } from '../../src/core/verdict.ts'
import { fromXtext, toXtext } from '../../src/core/mail/xtext.ts'
import { applyEffect } from '../../src/engine/effects.ts'
import { parseAttributes, XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES } from '../../src/smtp/arguments/attributes.ts'
import { askedFact } from '../support/asked-fact.ts'
import { ACCEPTING, greetedRig, type Rig, type RigOptions } from '../support/smtp-rig.ts'

function trusted(options: RigOptions = {}): Promise<Rig> {
  return greetedRig({ ...options, terms: { xclient: true, xforward: true, ...options.terms } })
}

async function known(rig: Rig, command: string, names: readonly string[]): Promise<readonly unknown[]> {
  await rig.say(`${command}\r\n`)
  assert.match(rig.heard(), /^2[25]0 /)
  await rig.say('NOOP\r\n')
  rig.heard()
  return names.map((name) => askedFact(name, rig))
}

describe('XCLIENT', () => {
  it('sets what rules see of the client, and ports are numbers', async () => {
    const rig = await trusted()
    const command =
      'XCLIENT ADDR=192.0.2.99 PORT=4711 NAME=c.example HELO=h.example PROTO=ESMTP LOGIN=ann DESTADDR=192.0.2.2 DESTPORT=587'
    const expected = {
      remote_ip: '192.0.2.99',
      remote_port: 4711,
      remote_host: 'c.example',
      helo: 'h.example',
      'helo.verb': 'EHLO',
      'auth.user': 'ann',
      'auth.mechanism': 'XCLIENT',
      local_ip: '192.0.2.2',
      local_port: 587,
      anonymous: false,
    }
    assert.deepEqual(await known(rig, command, Object.keys(expected)), Object.values(expected))
  })

  it('leaves what it does not name as it was, and forgets what the client before said', async () => {
    const rig = await trusted({ policy: { helo: set('relay_client') } })
    await rig.say('HELO again.example\r\n')
    rig.heard()
    const names = ['remote_ip', 'local_ip', 'local_port', 'listener', 'helo', 'auth.user', 'relay_client']
    const expected = ['192.0.2.7', '192.0.2.1', 25, 'mx', undefined, undefined, false]
    assert.deepEqual(await known(rig, 'XCLIENT PORT=1', names), expected)
  })

  it('an unmapped address is the IPv4 address', async () => {
    const rig = await trusted()
    assert.deepEqual(await known(rig, 'XCLIENT ADDR=IPV6:::ffff:192.0.2.99', ['remote_ip']), ['192.0.2.99'])
  })

  it('names that could not be had are absent or unknown', async () => {
    const rig = await trusted({ ptr: { kind: 'found', records: ['ptr.example'] } })
    assert.deepEqual(await known(rig, 'XCLIENT NAME=[unavailable]', ['remote_host']), [undefined])
    const [name] = await known(rig, 'XCLIENT NAME=[TempUnavail]', ['remote_host'])
    assert.ok(name instanceof Unknown)
    assert.deepEqual(await known(rig, 'XCLIENT ADDR=192.0.2.9', ['remote_host']), ['ptr.example'])
  })

  it('a login that is unavailable is none, in spite of an earlier one', async () => {
    const rig = await trusted()
    assert.deepEqual(await known(rig, 'XCLIENT LOGIN=ann', ['auth.user']), ['ann'])
    assert.deepEqual(await known(rig, 'XCLIENT PORT=2', ['auth.user']), ['ann'])
    assert.deepEqual(await known(rig, 'XCLIENT LOGIN=[UNAVAILABLE]', ['auth.user']), [undefined])
  })

  it('an address that is unavailable is granted nothing', async () => {
    const rig = await trusted({ policy: { connect: set('relay_client') } })
    const names = ['remote_ip', 'anonymous', 'relay_client']
    assert.deepEqual(await known(rig, 'XCLIENT ADDR=[UNAVAILABLE]', names), ['192.0.2.7', true, false])
    assert.deepEqual(await known(rig, 'XCLIENT ADDR=192.0.2.9', names), ['192.0.2.9', false, true])
  })

  it('notes and scores of the client before are gone, TLS is not', async () => {
    const rig = await trusted({ terms: { startTls: true } })
    await rig.say('STARTTLS\r\n')
    rig.session.secured({ protocol: 'TLSv1.3', cipher: 'AEAD' })
    await rig.say('NOOP\r\n')
    const { connection } = rig.contexts.at(-1) ?? assert.fail()
    connection.notes.set('bad', true)
    connection.score = -5
    rig.heard()
    assert.deepEqual(await known(rig, 'XCLIENT PORT=2', ['tls.protocol', 'score']), ['TLSv1.3', 0])
    assert.equal(rig.contexts.at(-1)?.connection.notes.size, 0)
  })

  it('the session begins anew under an id of its own, and the log has both', async () => {
    const rig = await trusted()
    await known(rig, 'XCLIENT ADDR=192.0.2.9', [])
    const line = rig.log.find(({ text }) => text.includes('XCLIENT'))
    assert.deepEqual([line?.fields['before'], line?.fields['by']], ['c1', '192.0.2.7'])
    assert.equal(line?.fields['connection'], rig.contexts.at(-1)?.connection.id)
    assert.notEqual(line?.fields['connection'], 'c1')
  })

  it('a stranger’s changes nothing', async () => {
    const rig = await greetedRig()
    await rig.say('XCLIENT ADDR=192.0.2.99 LOGIN=root\r\nXFORWARD ADDR=192.0.2.99\r\nNOOP\r\n')
    assert.deepEqual([askedFact('remote_ip', rig), askedFact('auth.user', rig)], ['192.0.2.7', undefined])
    assert.deepEqual([askedFact('xforward.addr', rig), askedFact('helo', rig)], [undefined, 'client.example'])
  })

  it('so many that there is no message to be seen end the session', async () => {
    const rig = await trusted({ limits: { junk_commands: 10 } })
    await rig.say('XCLIENT PORT=1\r\n'.repeat(11))
    assert.match(rig.heard(), /421 4\.7\.0 Too many commands without a message\r\n$/)
  })
})

function set(flag: 'relay_client' | 'immune') {
  return (context: HookContext) => {
    applyEffect({ kind: 'set_flag', flag, value: true }, context, 'test')
    return verdict('DECLINED')
  }
}

describe('XFORWARD', () => {
  const COMMAND =
    'XFORWARD NAME=c.example ADDR=IPV6:2001:DB8::9 PORT=4711 HELO=h.example PROTO=SMTP IDENT=4F1B SOURCE=remote'
  const NAMES = ['name', 'addr', 'port', 'helo', 'proto', 'ident', 'source'].map((name) => `xforward.${name}`)
  const VALUES = ['c.example', '2001:db8::9', 4711, 'h.example', 'SMTP', '4F1B', 'REMOTE']

  it('is known to rules, and makes nobody another client', async () => {
    const rig = await trusted()
    assert.deepEqual(await known(rig, COMMAND, [...NAMES, 'remote_ip']), [...VALUES, '192.0.2.7'])
  })

  it('adds up, and takes back what is unavailable', async () => {
    const rig = await trusted()
    await known(rig, 'XFORWARD NAME=c.example PORT=1', [])
    const names = ['xforward.name', 'xforward.port', 'xforward.ident']
    assert.deepEqual(await known(rig, 'XFORWARD NAME=[unavailable] IDENT=x', names), [undefined, 1, 'x'])
  })

  it('holds for one transaction, and is in its log', async () => {
    const rig = await trusted({ policy: ACCEPTING })
    await known(rig, 'XFORWARD ADDR=192.0.2.99 IDENT=4F1B', [])
    await rig.say('MAIL FROM:<>\r\nRCPT TO:<r@example.org>\r\nXFORWARD ADDR=192.0.2.1\r\nDATA\r\n')
    assert.match(rig.heard(), /503 5\.5\.1 Not in the middle/)
    await rig.say('Subject: hi\r\n\r\n.\r\n')
    const accepted = rig.log.find(({ text }) => text === 'accepted')
    assert.equal(accepted?.fields['xforward_addr'], '192.0.2.99')
    assert.equal(accepted?.fields['xforward_ident'], '4F1B')
    await rig.say('NOOP\r\n')
    assert.equal(askedFact('xforward.addr', rig), undefined)
  })
})

describe('attributes', () => {
  const text = fc.string({ unit: 'binary', maxLength: 80 })

  it('xtext is read back as it was written, unless it holds control characters', () => {
    fc.assert(
      fc.property(text, (one) => {
        const plain = Buffer.from(one).toString()
        const expected = /[\0-\x1f\x7f\ufffd]/.test(plain) ? undefined : plain
        assert.equal(fromXtext(toXtext(one)), expected)
      }),
    )
  })

  it('whatever is said, values hold nothing that means something in a header, a log or a reply', () => {
    const word = fc.oneof(
      fc.constantFrom(...XCLIENT_ATTRIBUTES.keys(), ...XFORWARD_ATTRIBUTES.keys(), '__proto__', 'constructor', ''),
      text,
    )
    const value = fc.oneof(
      fc.constantFrom('[UNAVAILABLE]', '192.0.2.1', 'IPV6:::1', '25', '+0D+0A', '+3C'),
      text.map(toXtext),
      text,
    )
    const argument = fc
      .array(fc.tuple(word, value), { maxLength: 4 })
      .map((pairs) => pairs.map((pair) => pair.join('=')).join(' '))
    fc.assert(
      fc.property(argument, fc.constantFrom(XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES), (said, table) => {
        for (const [name, one] of parseAttributes(said, table) ?? []) {
          assert.ok(table.has(name))
          if (typeof one === 'string') assert.match(one, /^[^\s\0-\x1f\x7f]{1,255}$/u)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('a value that is too long is none', () => {
    assert.equal(parseAttributes(`HELO=${'x'.repeat(255)}`, XCLIENT_ATTRIBUTES)?.get('HELO'), 'x'.repeat(255))
    assert.equal(parseAttributes(`HELO=${'x'.repeat(256)}`, XCLIENT_ATTRIBUTES), undefined)
  })
})
