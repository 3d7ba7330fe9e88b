/**
 * exec: what does a program say?
 *
 * The program is started without a shell, in a process group of its own, with arguments that facts of the session can stand
 * in. Its exit code is the answer: one that is neither for `hit` nor for `miss` is unknown, and so is a program that is not
 * there, crashes, takes too long or says too much. So a message made to choke a scanner is never taken for a clean one.
 */
import type { Message } from '../core/mail/message.ts'
import type { HookContext } from '../core/context.ts'
import type { ProgramAnswer } from '../core/ports.ts'
import { defineMatcher, type Match } from '../core/word.ts'

const CODES = { type: 'array', items: { type: 'integer', minimum: 0, maximum: 255 } } as const

/** In place of an argument: the path of a file that holds the message. */
const FILE = '%f'
const NO_FILE = ''
const NO_MESSAGE: Pick<Message, 'size' | 'read'> = { size: 0, async *read() {} }
/** Octets of output that are free, whatever the ratio to the message. */
const FREE_OUTPUT = 4096

export const exec = defineMatcher({
  name: 'exec',
  summary: 'A program ends with one of these exit codes',
  reference: 'qpsmtpd plugins virus/*',
  stage: 'accept',
  stageOf: ({ input }) => (input === 'nothing' ? 'accept' : 'message'),
  outside: true,
  options: {
    type: 'object',
    properties: {
      program: { type: 'string', minLength: 1, pattern: '^/', description: 'Absolute path; no shell is asked' },
      arguments: {
        type: 'array',
        items: { type: 'string' },
        'x-text': true,
        default: [],
        description: 'Its arguments, with facts in them. An argument `%f` is the path of a file that holds the message',
        examples: [['--client', '${remote_ip}', '--', '${sender}']],
      },
      input: {
        type: 'string',
        enum: ['message', 'nothing'],
        default: 'message',
        description:
          'What it is given: the message on its standard input, or in the file of an argument `%f`; or nothing',
      },
      hit: { ...CODES, default: [1], description: 'Exit codes that are a hit' },
      miss: { ...CODES, default: [0], description: 'Exit codes that are a miss; all others are unknown' },
      max_size: { type: 'string', format: 'size', default: '25 MiB', description: 'Larger messages are unknown' },
      max_output: {
        type: 'string',
        format: 'size',
        default: '64 KiB',
        description: 'Output after which it is stopped',
      },
      max_ratio: {
        type: 'number',
        minimum: 1,
        default: 100,
        description: 'Octets of output for each octet of the message, beyond 4 KiB, after which it is stopped',
      },
      timeout: { type: 'string', format: 'duration', default: '20s', description: 'Time after which it is stopped' },
    },
    required: ['program'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: { output: 'What it said, on one line', code: 'Its exit code' },
  compile(options, tools) {
    if (options.hit.some((code) => options.miss.includes(code)))
      throw new Error('an exit code is both a hit and a miss')
    checkArguments(options.arguments, options.input)
    const argumentsFor = tools.texts('arguments')
    return (context) => run(options, argumentsFor(context), context)
  },
})

interface Options {
  readonly program: string
  readonly arguments: readonly string[]
  readonly input: 'message' | 'nothing'
  readonly hit: readonly number[]
  readonly miss: readonly number[]
  readonly max_size: number
  readonly max_output: number
  readonly max_ratio: number
  readonly timeout: number
}

/** What a client says must not become an option, so a place for it stands behind `--`, or behind an option it is the value of. */
function checkArguments(written: readonly string[], input: Options['input']): void {
  if (input === 'nothing' && written.includes(FILE))
    throw new Error('`%f` is the message, and the program is given nothing')
  for (const [index, argument] of written.entries())
    if (argument.startsWith('$') && !argument.startsWith('$$') && !isSafe(written, index))
      throw new Error(`\`${argument}\` may begin with a hyphen: put \`--\` before it`)
}

function isSafe(written: readonly string[], index: number): boolean {
  return written.slice(0, index).includes('--') || written[index - 1]?.startsWith('-') === true
}

async function run(options: Options, filled: readonly string[], context: HookContext): Promise<Match> {
  const { ports, transaction, signal } = context
  const message = options.input === 'message' ? transaction?.message : NO_MESSAGE
  if (!ports.run) return unknown('no programs are run here')
  if (!message) return unknown('there is no message yet')
  if (message.size > options.max_size) return unknown(`the message is larger than ${options.max_size} octets`)
  if (filled.some((argument, index) => isForged(argument, options.arguments, index)))
    return unknown('what stands in an argument must not begin with a hyphen, or hold a NUL')
  const file = options.arguments.includes(FILE) ? await ports.temporary?.file() : NO_FILE
  if (file === undefined) return unknown('there are no temporary files here')
  const answer = await ports.run({
    program: options.program,
    arguments: filled.map((argument, index) => (options.arguments[index] === FILE ? file : argument)),
    input: message.read(),
    ...(file !== NO_FILE && { file }),
    ...(signal && { signal }),
    milliseconds: options.timeout,
    mostOutput: Math.min(options.max_output, FREE_OUTPUT + message.size * options.max_ratio),
  })
  return judge(answer, options)
}

/** Behind `--` a hyphen is harmless. */
function isForged(argument: string, written: readonly string[], index: number): boolean {
  if (argument.includes('\0')) return true
  return argument.startsWith('-') && !written[index]?.startsWith('-') && !written.slice(0, index).includes('--')
}

function judge(answer: ProgramAnswer, { hit, miss }: Options): Match {
  if (answer.kind === 'failed') return unknown(answer.because)
  const { code } = answer
  const output = answer.output.replace(/[^!-~]+/g, ' ').trim()
  const found = { code: String(code), ...(output !== '' && { output }) }
  const because = `exit code ${code}`
  if (hit.includes(code)) return { truth: 'hit', because, found }
  return { truth: miss.includes(code) ? 'miss' : 'unknown', because, found }
}

function unknown(because: string): Match {
  return { truth: 'unknown', because }
}
