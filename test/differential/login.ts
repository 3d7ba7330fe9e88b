/** What clients say to log in (RFC 4954), as steps of a dialogue. */
import { createHmac } from 'node:crypto'
import type { Step } from './generate.ts'

export const LOGIN_FORMS = ['PLAIN', 'PLAIN later', 'LOGIN', 'LOGIN later', 'CRAM-MD5'] as const

const encoded = (text: string): string => Buffer.from(text).toString('base64')

export function login(form: (typeof LOGIN_FORMS)[number], user: string, password: string): Step {
  const plain = encoded(`\0${user}\0${password}`)
  if (form === 'PLAIN') return { command: `AUTH PLAIN ${plain}` }
  if (form === 'PLAIN later') return { command: 'AUTH PLAIN', answers: [() => plain] }
  if (form === 'LOGIN') return { command: `AUTH LOGIN ${encoded(user)}`, answers: [() => encoded(password)] }
  if (form === 'LOGIN later') return { command: 'AUTH LOGIN', answers: [() => encoded(user), () => encoded(password)] }
  return { command: 'AUTH CRAM-MD5', answers: [(challenge) => cramMd5(challenge, user, password)] }
}

/** RFC 2195 section 2. */
function cramMd5(challenge: string, user: string, password: string): string {
  const digest = createHmac('md5', password).update(Buffer.from(challenge, 'base64')).digest('hex')
  return encoded(`${user} ${digest}`)
}
