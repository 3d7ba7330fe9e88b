/**
 * http: a web service is asked about several facts.
 *
 * The server is fixed; each `${fact}` stands in the path or behind the `?`, percent-encoded (RFC 3986 section 2.1), or is sent
 * as JSON. An answer with status 2xx is a hit, or what `hit_when` makes of it; 204, 404 and 410 are a miss. All else is
 * unknown: other statuses, redirects, what comes too late, is too large, or is no JSON where values are wanted.
 */
import type { HookContext } from '../core/context.ts'
import type { QuestionPlace } from '../core/question.ts'
import { Unknown } from '../core/truth.ts'
import { hasStep } from '../core/net/url-step.ts'
import { defineMatcher, type Match, type Template } from '../core/word.ts'
import {
  CA_FILE,
  CACHE,
  checkSecret,
  factText,
  inquire,
  LONGEST_VALUE,
  textsOf,
  TIMEOUT,
  unknown,
} from './shared/ask-outside.ts'
import { checkUrl, pathParts } from './shared/url-text.ts'

const PATH = '^[A-Za-z_][A-Za-z0-9_-]*(?:\\.[A-Za-z0-9_-]+)*$'

export const http = defineMatcher({
  name: 'http',
  summary: 'A web service says yes',
  reference: 'RFC 9110, RFC 8259',
  stage: 'accept',
  options: {
    type: 'object',
    properties: {
      url: {
        type: 'string',
        'x-text': true,
        description:
          'What is asked, with facts behind the name of the server. Plain `http:` is for this machine, or signed',
        examples: ['https://policy.example.org/check?ip=${remote_ip}'],
      },
      method: { type: 'string', enum: ['GET', 'POST'], default: 'GET', description: 'How it is asked' },
      send: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        'x-facts': true,
        description: 'POST only: facts that are sent, as a JSON object; what is absent is null',
        examples: [['remote_ip', 'sender', 'rcpt']],
      },
      values: {
        type: 'array',
        items: { type: 'string', pattern: PATH },
        default: [],
        description: 'What is found of the JSON that it answers: names, with dots for what lies deeper',
        examples: [['action', 'result.score']],
      },
      hit_when: {
        type: 'string',
        pattern: PATH,
        description: 'A hit when this value is there, and not false, 0 or empty; without it every 2xx but 204 is a hit',
      },
      token: {
        type: 'string',
        description: '`env:NAME` or `file:PATH`: where the bearer token is (RFC 6750); none is sent without it',
      },
      ca_file: CA_FILE,
      public_key: {
        type: 'string',
        minLength: 1,
        description: 'File with an Ed25519 key: answers count only with its signature; they need none without it',
      },
      max_size: { type: 'string', format: 'size', default: '64 KiB', description: 'Larger answers are unknown' },
      timeout: TIMEOUT,
      cache: CACHE,
    },
    required: ['url'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: { status: 'Status of the answer', NAME: 'This value of the answer; absent when it is not there' },
  findsOf: ({ values, hit_when: hitWhen }) => withHit(values, hitWhen),
  compile(options, tools) {
    const { method, values, hit_when: hitWhen, token, ca_file: caFile, public_key: publicKey, max_size: most } = options
    const [url, sent] = [tools.template('url'), tools.facts('send')]
    checkUrl('url', url)
    checkSecret('token', token)
    const send = sent.parts.filter((part) => typeof part !== 'string')
    checkSend(method, send)
    const files = { caFile, publicKey, password: token }
    const { timeout, cache } = options
    const answer = { paths: withHit(values, hitWhen), most, timeout, cache }
    const question = { kind: 'http', method, text: url.parts, send, ...answer, ...files } as const
    return inquire(
      { question, asked: askedAbout(url, sent), ...(hitWhen !== undefined && { judge: judgeBy(hitWhen) }) },
      tools,
    )
  },
})

function withHit(values: readonly string[], hitWhen: string | undefined): readonly string[] {
  return [...new Set([...values, ...(hitWhen === undefined ? [] : [hitWhen])])]
}

function checkSend(method: 'GET' | 'POST', send: readonly QuestionPlace[]): void {
  if (send.length > 0 && method === 'GET') throw new Error('`send` goes with `method: POST`')
  const secret = send.find(({ name }) => name.startsWith('env.'))
  if (secret) throw new Error(`\`${secret.name}\` may be a secret, and what is sent is shown; \`token\` is for secrets`)
}

const FALSE: ReadonlySet<string> = new Set(['', '0', 'false'])

function judgeBy(hitWhen: string) {
  return (found: ReadonlyMap<string, string>) => (FALSE.has(found.get(hitWhen) ?? '') ? 'miss' : 'hit')
}

function askedAbout(url: Template, sent: Template) {
  const [path, texts] = [pathParts(url.parts), textsOf(url)]
  return (context: HookContext) => {
    const values = texts(context)
    if (values instanceof Unknown) return unknown(values)
    const fault = pathFault(path, values)
    if (fault) return fault
    const body = bodyOf(sent, context)
    if (body instanceof Unknown) return unknown(body)
    return { values, ...(body !== undefined && { body }) }
  }
}

/** In a path, what is absent or goes up would ask for something else. */
function pathFault(path: Template['parts'], values: readonly (string | undefined)[]): Match | undefined {
  let index = -1
  const texts = path.map((part) => (typeof part === 'string' ? part : (values[(index += 1)] ?? '')))
  const isEmpty = texts.some((text, at) => text === '' && typeof path[at] !== 'string')
  if (isEmpty) return { truth: 'miss', because: 'a fact in the path is absent' }
  return hasStep(texts.join('')) ? { truth: 'unknown', because: 'dots alone are a step in a path' } : undefined
}

function bodyOf({ parts, values }: Template, context: HookContext): string | undefined | Unknown {
  if (parts.length === 0) return undefined
  const entries: [string, unknown][] = []
  for (const [index, value] of values(context).entries()) {
    const part = parts[index]
    if (part === undefined || typeof part === 'string') continue
    if (value instanceof Unknown) return new Unknown(`${part.name}: ${value.because}`)
    entries.push([part.name, value === undefined ? null : jsonOf(value, part)])
  }
  const body = JSON.stringify(Object.fromEntries(entries))
  return body.length > LONGEST_VALUE ? new Unknown(`what is sent has more than ${LONGEST_VALUE} characters`) : body
}

type Value = Exclude<ReturnType<Template['values']>[number], undefined | Unknown>

function jsonOf(value: Value, { type }: QuestionPlace): unknown {
  if (typeof value === 'boolean' || (typeof value === 'number' && type !== 'time')) return value
  return Array.isArray(value) ? value.map((one: Value) => factText(one, 'text')) : factText(value, type)
}
