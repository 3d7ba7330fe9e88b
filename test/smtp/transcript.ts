/**
 * Conversations as text files: what the client says (`C:`), what the server must answer (`S:`), what happens besides (`#`).
 *
 * `C:` lines in a row are sent at once, each with CRLF. `C!` is sent as it stands, with `\r`, `\n`, `\0` and `\xNN`. All that
 * was answered must stand in the `S:` lines. The first line, a comment, is what the conversation is about. Directives:
 *
 *     # dispatch HOOK CODE [STATUS] [TEXT]   what policy answers from here on; `# dispatch HOOK` forgets it
 *     # delay HOOK MILLISECONDS              how long the client is kept waiting at a hook
 *     # limit NAME NUMBER                    before the first line only, as the next five
 *     # remote IP [PTR | none | failed]
 *     # offer lmtp | auth [in_clear] MECHANISM... | [no] EXTENSION...
 *     # terms NAME...                        startTls requireTls xclient xforward
 *     # tls                                  encrypted from the beginning
 *     # whole                                timing matters: never send octet by octet
 *     # clock SECONDS                        time goes by
 *     # secured                              the TLS handshake that was begun has succeeded
 *     # hooks NAME...                        what was asked since the last such line
 *     # stop | abort | client ends | client leaves | closed | open
 */
import assert from 'node:assert/strict'
import { type ExtensionName, EXTENSIONS } from '../../src/core/extensions.ts'
import { type Hook, isHook } from '../../src/core/hook.ts'
import { LIMITS, type LimitName, type Limits } from '../../src/core/limits.ts'
import type { DnsAnswer } from '../../src/core/ports.ts'
import { isReturnCode, verdict } from '../../src/core/verdict.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

type Step =
  | { readonly kind: 'say'; octets: string; readonly line: number }
  | { readonly kind: 'hear'; text: string; readonly line: number }
  | { readonly kind: 'do'; readonly words: readonly string[]; readonly line: number }

export interface Transcript {
  readonly title: string
  readonly steps: readonly Step[]
  readonly whole: boolean
}

const DIRECTIVES = new Set(
  'dispatch delay limit remote offer terms tls whole clock hooks secured stop abort client closed open'.split(' '),
)

export function parseTranscript(text: string): Transcript {
  const [title = '', ...lines] = text.split('\n')
  const steps: Step[] = []
  lines.forEach((line, index) => addStep(steps, line, index + 2))
  return { title: title.slice(2), steps, whole: steps.some((step) => step.kind === 'do' && step.words[0] === 'whole') }
}

function addStep(steps: Step[], text: string, line: number): void {
  const [mark, rest] = [text.slice(0, 2), text.slice(3)]
  const last = steps.at(-1)
  const octets = mark === 'C!' ? unescape(rest) : `${rest}\r\n`
  if (mark === 'C:' || mark === 'C!') {
    if (last?.kind === 'say') last.octets += octets
    else steps.push({ kind: 'say', octets, line })
  } else if (mark === 'S:') {
    if (last?.kind === 'hear') last.text += octets
    else steps.push({ kind: 'hear', text: octets, line })
  } else if (mark === '# ') {
    const words = text.slice(2).split(' ')
    if (DIRECTIVES.has(words[0] ?? '')) steps.push({ kind: 'do', words, line })
  } else if (text !== '') throw new Error(`line ${line} is none of C: C! S: #`)
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = { r: '\r', n: '\n', '0': '\0', '\\': '\\' }
  return text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (_, hex: string | undefined, name: string) =>
    hex === undefined ? (named[name] ?? name) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** How the conversation is played: hooks that answer later, octets that come one at a time. */
export interface Manner {
  readonly asynchronous: boolean
  readonly cut: (octets: string) => readonly string[]
}

export async function play(transcript: Transcript, manner: Manner): Promise<Rig> {
  const rig = smtpRig({ ...setUp(transcript.steps), asynchronous: manner.asynchronous })
  rig.session.start()
  const early = transcript.steps.some((step) => step.kind === 'say' && step.line === 2)
  if (!early) await rig.settle()
  for (const step of transcript.steps) await perform(rig, step, manner)
  assert.equal(rig.heard(), '', 'said after the end of the transcript')
  return rig
}

async function perform(rig: Rig, step: Step, manner: Manner): Promise<void> {
  if (step.kind === 'do') await DO[step.words[0] ?? '']?.(rig, step.words.slice(1), step.line)
  else if (step.kind === 'hear') assert.equal(rig.heard(), step.text, `line ${step.line}`)
  else {
    for (const piece of manner.cut(step.octets)) rig.session.receive(Buffer.from(piece, 'latin1'))
    await rig.settle()
  }
}

function setUp(steps: readonly Step[]): RigOptions {
  const directives = steps.flatMap((step) => (step.kind === 'do' ? [step.words] : []))
  const limits = directives
    .filter(([name]) => name === 'limit')
    .map(([, name, value]) => [limitName(name), Number(value)])
  const terms = directives.filter(([name]) => name === 'terms').flatMap(([, ...names]) => names)
  const [, ip, ptr] = directives.find(([name]) => name === 'remote') ?? []
  const policy = {}
  const delays = {}
  for (const step of steps) {
    if (step.kind !== 'do') break
    setPolicy({ policy, delays }, step.words)
  }
  return {
    ...offersIn(directives.filter(([name]) => name === 'offer')),
    ...(directives.some(([name]) => name === 'tls') && { tls: { protocol: 'TLSv1.3', cipher: 'AEAD' } }),
    limits: Object.fromEntries(limits) as Partial<Limits>,
    terms: Object.fromEntries(terms.map((name) => [name, true])),
    policy,
    delays,
    ...(ip !== undefined && { ip }),
    ...(ptr !== undefined && { ptr: ptrAnswer(ptr) }),
  }
}

function offersIn(directives: readonly (readonly string[])[]): Pick<RigOptions, 'offer' | 'extensions'> {
  const words = directives.map(([, ...rest]) => rest)
  const [, ...auth] = words.find(([what]) => what === 'auth') ?? []
  const withoutTls = auth[0] === 'in_clear'
  const names = words.filter(([what = '']) => what === 'no' || isExtension(what)).flat()
  const mechanisms = auth.slice(withoutTls ? 1 : 0)
  return {
    offer: {
      ...(words.some(([what]) => what === 'lmtp') && { protocol: 'lmtp' }),
      ...(mechanisms.length > 0 && { auth: { mechanisms, withoutTls } }),
    },
    extensions: Object.fromEntries(
      names.filter(isExtension).map((name) => [name, names[names.indexOf(name) - 1] !== 'no']),
    ),
  }
}

function isExtension(name: string): name is ExtensionName {
  return Object.hasOwn(EXTENSIONS, name)
}

function ptrAnswer(text: string): DnsAnswer {
  if (text === 'none') return { kind: 'none' }
  return text === 'failed' ? { kind: 'failed', because: 'SERVFAIL' } : { kind: 'found', records: [text] }
}

function limitName(name = ''): LimitName {
  if (!Object.hasOwn(LIMITS, name)) throw new Error(`there is no limit ${name}`)
  return name as LimitName
}

function hookName(name = ''): Hook {
  if (!isHook(name)) throw new Error(`there is no hook ${name}`)
  return name
}

function setPolicy({ policy, delays }: Pick<Rig, 'policy' | 'delays'>, words: readonly string[]): void {
  const [what, hook, code = '', ...rest] = words
  if (what === 'delay') delays[hookName(hook)] = Number(code)
  if (what !== 'dispatch') return
  delete policy[hookName(hook)]
  if (!isReturnCode(code)) return
  const status = /^\d\.\d+\.\d+$/.test(rest[0] ?? '') ? rest.shift() : undefined
  policy[hookName(hook)] = verdict(code, rest.length > 0 ? rest.join(' ') : undefined, status)
}

type Do = (rig: Rig, words: readonly string[], line: number) => void | Promise<void>

const DO: Readonly<Record<string, Do>> = {
  dispatch: (rig, words) => setPolicy(rig, ['dispatch', ...words]),
  delay: (rig, words) => setPolicy(rig, ['delay', ...words]),
  async clock(rig, [seconds]) {
    rig.clock.advance(Number(seconds) * 1000)
    await rig.settle()
  },
  hooks: (rig, words, line) => assert.deepEqual(rig.hooks.splice(0), words, `line ${line}`),
  async secured(rig, _, line) {
    assert.equal(rig.wire.securing, true, `line ${line}: no handshake was begun`)
    rig.wire.securing = false
    rig.session.secured({ protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' })
    await rig.settle()
  },
  async stop(rig) {
    rig.session.stop()
    await rig.settle()
  },
  async abort(rig) {
    rig.session.abort()
    await rig.settle()
  },
  async client(rig, [what]) {
    if (what === 'leaves') rig.session.gone()
    else rig.session.endInput()
    await rig.settle()
  },
  closed: (rig, _, line) => assert.equal(rig.wire.closed, true, `line ${line}: not closed`),
  open: (rig, _, line) => assert.equal(rig.wire.closed, false, `line ${line}: closed`),
}
