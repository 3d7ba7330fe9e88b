/** The message that hooks see and targets get, at each of the hooks after DATA. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { makeField } from '../../src/core/mail/header.ts'
import type { Message } from '../../src/core/mail/message.ts'
import { verdict } from '../../src/core/verdict.ts'
import { contentRig, type RigOptions } from '../support/smtp-rig.ts'

describe('the message', () => {
  async function delivered(content: string, options: RigOptions = {}): Promise<string> {
    let message: Message | undefined
    const queue: NonNullable<RigOptions['policy']>['queue'] = ({ transaction }) => {
      message = transaction?.message
      return verdict('OK')
    }
    const rig = await contentRig({ ...options, policy: { ...options.policy, queue } })
    await rig.say(content)
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
    const octets: Uint8Array[] = []
    for await (const piece of message?.read() ?? []) octets.push(piece)
    return Buffer.concat(octets).toString('latin1')
  }

  const RECEIVED =
    'Received: from client.example ([192.0.2.7]) by mx.example.org with SMTP id t1;\r\n Fri, 20 Nov 2026 12:00:00 +0000\r\n'

  it('has our Received field on top and is otherwise what the client sent', async () => {
    assert.equal(
      await delivered('Subject:  hi\r\nX: a\r\n\tb\r\n\r\n..dot\r\n\r\n.\r\n'),
      `${RECEIVED}Subject:  hi\r\nX: a\r\n\tb\r\n\r\n.dot\r\n\r\n`,
    )
  })

  it('has what was added before it came in, below our Received field', async () => {
    const policy: RigOptions['policy'] = {
      mail: ({ transaction }) => {
        transaction?.newFields.push(makeField('X-Sender', 'known'))
        return verdict('DECLINED')
      },
    }
    assert.equal(
      await delivered('Subject: hi\r\n\r\nbody\r\n.\r\n', { policy }),
      `${RECEIVED}X-Sender: known\r\nSubject: hi\r\n\r\nbody\r\n`,
    )
  })

  it('has the Received field that a plugin wrote at received_line', async () => {
    const policy: RigOptions['policy'] = { received_line: verdict('OK', 'by mx.example.org\r\nfor somebody; today') }
    assert.equal(
      await delivered('Subject: hi\r\n\r\nbody\r\n.\r\n', { policy }),
      'Received: by mx.example.org for somebody; today\r\nSubject: hi\r\n\r\nbody\r\n',
    )
    const silent: RigOptions['policy'] = { received_line: verdict('OK') }
    assert.equal(await delivered('\r\n.\r\n', { policy: silent }), `${RECEIVED}\r\n`)
  })

  it('may be nothing but a header section, or nothing but a body', async () => {
    assert.equal(await delivered('Subject: hi\r\n.\r\n'), `${RECEIVED}Subject: hi\r\n`)
    assert.equal(await delivered('\r\nbody\r\n.\r\n'), `${RECEIVED}\r\nbody\r\n`)
    assert.equal(await delivered('.\r\n'), RECEIVED)
  })

  it('keeps what was edited before the body had come', async () => {
    const policy: RigOptions['policy'] = {
      data_headers_end: ({ transaction }) => {
        transaction?.message?.prepend(makeField('X-Seen', 'yes'))
        return verdict('DECLINED')
      },
    }
    assert.equal(
      await delivered('Subject: hi\r\n\r\nbody\r\n.\r\n', { policy }),
      `${RECEIVED}X-Seen: yes\r\nSubject: hi\r\n\r\nbody\r\n`,
    )
  })

  it('has no Received field yet at data_post_headers', async () => {
    let count: number | undefined
    const policy: RigOptions['policy'] = {
      data_post_headers: ({ transaction }) => {
        count = transaction?.message?.values('Received').length
        return verdict('DECLINED')
      },
    }
    await delivered('Subject: hi\r\n\r\nbody\r\n.\r\n', { policy })
    assert.equal(count, 0)
  })

  it('is there at queue_post, after the client was told, and gone after it', async () => {
    let heard = ''
    let size: number | undefined
    const rig = await contentRig({
      policy: {
        queue_post: ({ transaction }) => {
          heard = rig.heard()
          size = transaction?.message?.body.length
          return verdict('DECLINED')
        },
      },
    })
    await rig.say('\r\nbody\r\n.\r\nRCPT TO:<c@example.org>\r\n')
    assert.deepEqual([heard, size], ['250 2.0.0 Queued\r\n', 6])
    assert.equal(rig.heard(), '503 5.5.1 Use MAIL first\r\n')
  })
})
