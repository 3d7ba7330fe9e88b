/**
 * A question to a web service, over connections that are kept. Nobody else is asked: redirects are not followed, and no proxy
 * is in between.
 *
 * With a public key an answer counts with its signature only, `Postern-Signature`: Ed25519 (RFC 8032) in base64, over the
 * question and the answer: `METHOD URL`, LF, the status, LF, what was sent, LF, what was answered.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Asked, questionSent } from '../../core/question.ts'
import { checkWay } from '../sources/http.ts'
import { secretAt } from '../sources/secret.ts'
import { isSignedBy, readPublicKey } from '../sources/signature.ts'
import { type WebAnswer, WebClient, type WebGet } from '../sources/web-get.ts'
import { type Found, foundText, type ReadQuestion } from './contract.ts'

const NOT_THERE: ReadonlySet<number> = new Set([204, 404, 410])

export const readHttp: ReadQuestion<'http'> = (question) => {
  const { method, paths, most, password: token, directory } = question
  const [caFile, publicKey] = [question.caFile, question.publicKey].map((file) => file && resolve(directory, file))
  const secret = token === undefined ? undefined : secretAt(token, directory)
  const base = new URL(questionSent(question, { values: [] }))
  checkWay(base, publicKey !== undefined)
  return (world) => {
    const client = new WebClient(base)
    const requestOf = async (asked: Asked): Promise<WebGet> => ({
      url: new URL(questionSent(question, asked)),
      ca: caFile === undefined ? undefined : await readFile(caFile),
      headers: {
        Accept: 'application/json',
        ...(asked.body !== undefined && { 'Content-Type': 'application/json' }),
        ...(secret && { Authorization: `Bearer ${await secret(world)}` }),
      },
      most,
      ...(method === 'POST' && { post: asked.body ?? '' }),
    })
    return {
      async ask(asked, signal) {
        const request = await requestOf(asked)
        const answer = await client.get(request, signal)
        if (publicKey !== undefined) await checkSignature(publicKey, request, answer)
        return foundIn(answer, paths)
      },
      close: async () => client.close(),
    }
  }
}

async function checkSignature(publicKey: string, { url, post }: WebGet, answer: WebAnswer): Promise<void> {
  const question = `${post === undefined ? 'GET' : 'POST'} ${url.href}\n${answer.status}\n${post ?? ''}\n`
  const signed = Buffer.concat([Buffer.from(question), answer.body])
  if (!isSignedBy(await readPublicKey(publicKey), signed, Buffer.from(answer.signature ?? '', 'base64')))
    throw new Error('its signature is wrong')
}

function foundIn({ status, body }: WebAnswer, paths: readonly string[]): Found | undefined {
  if (NOT_THERE.has(status)) return undefined
  if (status < 200 || status > 299) throw new Error(`it answers ${status}`)
  const found = new Map([['status', String(status)]])
  if (paths.length === 0) return found
  const json = parsed(body.toString('utf8'))
  for (const path of paths) {
    const text = textAt(json, path.split('.'))
    if (text !== undefined) found.set(path, foundText(text))
  }
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error('it answers something that is no JSON')
  }
}

function textAt(json: unknown, steps: readonly string[]): string | undefined {
  let value: unknown = json
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = Object.entries(value).find(([name]) => name === step)?.[1]
  }
  if (Array.isArray(value) && value.every(isScalar)) return value.join(', ')
  return isScalar(value) ? String(value) : undefined
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}
