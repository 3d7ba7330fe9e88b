/** A recorded session as a client says it. */
import { makeField } from '../../src/core/mail/header.ts'
import { recipientsOf, type SessionRecord } from '../../src/testing/session-record.ts'
import { type Case, type CaseFile, caseFiles, sessionsOf } from '../compiler/case-file.ts'
import type { Rig } from '../support/smtp-rig.ts'

/** What a client can say; the rest of a record is the server's or the clock's. */
const SAID = new Set(['remote_ip', 'helo', 'helo_verb', 'sender', 'rcpt', 'headers', 'body', 'commands', 'mail_params'])
/** RFC 5321 section 4.5.3.1.2: a longer name is answered 501. */
const LONGEST_NAME = 255

/** The sessions of all cases that a client can say, but for those of some topics. */
export function saidSessions(without: ReadonlySet<string>): readonly SaidSession[] {
  return caseFiles()
    .filter(({ topic }) => !without.has(topic))
    .flatMap((file) =>
      (file.cases ?? []).flatMap((one) => sessionsOf(one, file).map(({ given }) => ({ file, one, given }))),
    )
    .filter(({ given }) => canBeSaid(given))
}

interface SaidSession {
  readonly file: CaseFile
  readonly one: Case
  readonly given: SessionRecord
}

function canBeSaid({ notes, ...record }: SessionRecord): boolean {
  if ((record.helo ?? '').length > LONGEST_NAME) return false
  const said = Object.entries({ ...record, ...notes }).filter(([, value]) => !isEmptyMap(value))
  return said.every(([key]) => SAID.has(key))
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}

/** All of it, as far as it gets. Answers with what the client heard. */
export async function speak(rig: Rig, record: SessionRecord): Promise<string> {
  rig.session.start()
  await rig.settle()
  let replies = rig.heard()
  for (const line of linesOf(record)) {
    const isContent = line.endsWith('\r\n.\r\n')
    if (rig.wire.closed || (isContent && !/^354 .*\r\n$/m.test(replies))) break
    await rig.say(line)
    replies += rig.heard()
  }
  return replies
}

function linesOf(record: SessionRecord): readonly string[] {
  const { helo = 'client.example', helo_verb = 'EHLO', commands = [], sender = '', mail_params = {} } = record
  const params = Object.entries(mail_params).map(([name, value]) => ` ${name}=${value}`)
  return [
    `${helo_verb} ${helo}`,
    ...commands,
    `MAIL FROM:<${sender.replace('<>', '')}>${params.join('')}`,
    ...recipientsOf(record).map((one) => `RCPT TO:<${one}>`),
    'DATA',
    contentOf(record),
  ].map((line) => `${line}\r\n`)
}

function contentOf({ headers = [], body = '' }: SessionRecord): string {
  const fields = headers.map(([name, value]) => makeField(name, value).raw.toString('latin1')).join('')
  return `${fields}\r\n${body}\r\n.`
}
