/** The message as a milter gets it: limits, spool, and edits of its header section. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, it } from 'node:test'
import { makeField } from '../../src/core/mail/header.ts'
import type { Hook } from '../../src/core/hook.ts'
import { verdict } from '../../src/core/verdict.ts'
import { fakeSpool } from '../support/fake-spool.ts'
import type { Policy } from '../support/smtp-rig.ts'
import {
  answers,
  body,
  END,
  END_OF_HEADER,
  ENVELOPE,
  field,
  mail,
  MESSAGE,
  milterRig,
  NO_LEADING_SPACE,
} from './milter-rig.ts'

describe('edits of the header section', () => {
  async function edits(edit: Policy[Hook], message: string, steps?: number): Promise<readonly string[]> {
    const rig = await milterRig({ policy: edit ? { data_post: edit } : {} }, steps)
    await rig.say(ENVELOPE)
    rig.heard()
    return (await answers(rig, message)).slice(1)
  }

  it('delete from the bottom and insert on top, so that numbers stay right', async () => {
    const edit: Policy[Hook] = ({ transaction }) => {
      transaction?.message?.remove('x-a')
      transaction?.message?.prepend(makeField('X-One', 'first'))
      transaction?.message?.prepend(makeField('X-Two', 'second'))
      transaction?.message?.remove('subject')
      transaction?.message?.prepend(makeField('Subject', '[hi]'))
      return verdict('DECLINED')
    }
    const message = field('X-A', ' 1') + field('Subject', ' hi') + field('x-a', ' 2') + END_OF_HEADER + END
    assert.deepEqual(await edits(edit, message), [
      'm 2 x-a ',
      'm 1 Subject ',
      'm 1 X-A ',
      'i 0 X-One  first',
      'i 0 X-Two  second',
      'i 0 Subject  [hi]',
      'c',
    ])
  })

  it('have LF between the lines of a field, and the blank where it was agreed on', async () => {
    const edit: Policy[Hook] = ({ transaction }) => {
      transaction?.message?.prepend(makeField('X-Long', 'word '.repeat(20)))
      return verdict('DECLINED')
    }
    const [inserted = ''] = await edits(edit, MESSAGE)
    assert.match(inserted, /^i 0 X-Long {2}word/)
    assert.ok(inserted.includes('\n word') && !inserted.includes('\r'))
    const [plain = ''] = await edits(edit, field('A', 'b') + END_OF_HEADER + END, NO_LEADING_SPACE)
    assert.match(plain, /^i 0 X-Long word/)
  })

  it('are what becomes of any message', () => {
    const name = fc.constantFrom('A', 'a', 'B', 'Subject')
    const step = fc.oneof(
      name.map((one) => ({ add: one })),
      name.map((one) => ({ remove: one })),
    )
    return fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 8 }), fc.array(step, { maxLength: 8 }), async (names, steps) => {
        let expected: readonly string[] = []
        const edit: Policy[Hook] = ({ transaction }) => {
          const message = transaction?.message ?? assert.fail()
          for (const [index, one] of steps.entries())
            if ('add' in one) message.prepend(makeField(one.add, `new ${index}`))
            else message.remove(one.remove)
          expected = message.fields.map(({ raw }) => raw.toString('latin1'))
          return verdict('DECLINED')
        }
        const fields = names.map((one, index) => field(one, ` ${index}`)).join('')
        const heard = await edits(edit, fields + END_OF_HEADER + END)
        assert.deepEqual(
          applied(
            names.map((one, index) => `${one}: ${index}\r\n`),
            heard,
          ),
          expected,
        )
      }),
      { numRuns: 200 },
    )
  })

  it('are not made where the message is refused', async () => {
    const edit: Policy[Hook] = ({ transaction }) => {
      transaction?.message?.prepend(makeField('X-A', 'b'))
      return verdict('DENY', 'no')
    }
    assert.deepEqual(await edits(edit, MESSAGE), ['y 554 5.7.1 no'])
  })
})

/** As a mail server does it, one edit after the other. */
function applied(lines: readonly string[], heard: readonly string[]): readonly string[] {
  let fields = [...lines]
  for (const answer of heard) {
    const [, letter, number, name = '', value = ''] = /^([mi]) (\d+) (\S+) ([^]*)$/.exec(answer) ?? []
    if (letter === 'i') fields = [`${name}:${value}\r\n`, ...fields]
    if (letter !== 'm') continue
    const isOne = (line: string): boolean => line.toLowerCase().startsWith(`${name.toLowerCase()}:`)
    const places = fields.flatMap((line, index) => (isOne(line) ? [index] : []))
    fields.splice(places[Number(number) - 1] ?? assert.fail(), 1)
  }
  return fields
}

describe('content', () => {
  it('that is too much is refused at its end, and kept in no memory', async () => {
    const spool = fakeSpool()
    const rig = await milterRig({ limits: { message_size: 65_536 }, spool })
    await rig.say(ENVELOPE + field('A', ' b') + END_OF_HEADER + body('x'.repeat(60_000)) + body('x'.repeat(60_000)))
    rig.heard()
    assert.deepEqual(await answers(rig, END + mail()), ['y 552 5.3.4 Message too big', 'c'])
    assert.ok(!rig.hooks.includes('data_post'))
  })

  it('goes to the spool where it is large, and is whole for rules', async () => {
    const spool = fakeSpool()
    let seen = 0
    const policy: Policy = {
      data_post: async ({ transaction }) => {
        assert.ok(spool.stored() > 0)
        for await (const piece of transaction?.message?.body.read() ?? []) seen += piece.length
        return verdict('DECLINED')
      },
    }
    const rig = await milterRig({ policy, spool, limits: { spool_threshold: 262_144 } })
    await rig.say(ENVELOPE + END_OF_HEADER + body('x'.repeat(65_535)).repeat(8) + END)
    assert.equal(seen, 8 * 65_535)
    assert.equal(spool.files(), 0)
  })

  it('is deferred where there is no room', async () => {
    const rig = await milterRig({ spool: fakeSpool({ room: 100_000 }), limits: { spool_threshold: 262_144 } })
    await rig.say(ENVELOPE + END_OF_HEADER + body('x'.repeat(65_535)).repeat(8))
    rig.heard()
    assert.deepEqual(await answers(rig, END), ['y 452 4.3.1 No room for the message now, try again later'])
  })

  for (const [what, octets, reply] of [
    ['too many fields', field('A', ' b').repeat(101), 'y 554 5.6.0 The message has too many header fields'],
    ['too many hops', field('Received', ' x').repeat(11), 'y 554 5.4.6 Too many hops: the message goes in a circle'],
    [
      'a header section that is too big',
      field('A', `${' b'.repeat(300)}`).repeat(120),
      'y 552 5.3.4 Header section too big',
    ],
  ] as const)
    it(`with ${what} is refused`, async () => {
      const rig = await milterRig({ limits: { header_fields: 100, hops: 10, header_size: 65_536 } })
      await rig.say(ENVELOPE + octets + END_OF_HEADER)
      rig.heard()
      assert.deepEqual(await answers(rig, END), [reply])
    })
})
