/**
 * The list files of an imported configuration: used where they lie when every line means here what it means to qpsmtpd, else
 * copied, with what had to change.
 */
import { startOf } from '../../../language/diagnostic.ts'
import { isIpFault, parseNetwork } from '../../../core/net/ip.ts'
import type { ListKind } from '../../../core/list.ts'
import { reasonOf } from '../../../core/reason.ts'
import { listEntries } from '../../../language/files/list-file.ts'
import { piecesOf } from '../../lists/index-list-file.ts'
import { ListBuilder, type ListProblem } from '../../lists/index.ts'
import type { Fault } from '../../lists/problem.ts'
import type { ConfigReader, ConfigText } from './config-reader.ts'

export interface CopiedList {
  /** Relative to the site's directory. */
  readonly name: string
  readonly text: string
}

/** `missing`: there is no such file. `fine`: it can be used where it lies. */
export type ImportedList = 'missing' | 'fine' | CopiedList

/** What an entry must be written as to mean here what it means to qpsmtpd; undefined for one that never means anything. */
type Rewrite = (entry: string, rest: string) => string | undefined

/** A part of an IPv4 address that ends in a digit: the plugin adds the dot itself, or compares as text. */
const PART_OF_IP = /^\d+(?:\.\d+){0,2}$/
const withDot: Rewrite = (entry) => (PART_OF_IP.test(entry) ? `${entry}.` : entry)
/** Bits behind the network are no matter to NetAddr::IP. */
const asNetwork: Rewrite = (entry, rest) => {
  const network = parseNetwork(entry)
  return isIpFault(network) && network.network !== undefined ? network.network : withDot(entry, rest)
}
const withCode: Rewrite = (entry, rest) => (rest === '' ? undefined : entry)
/** Each of them is a pattern, also what looks like an address, or like nothing. */
const asPattern: Rewrite = (entry) => (/[/^$*+!%?\\]/.test(entry) ? entry : `.*${entry}`)
const asItIs: Rewrite = (entry) => entry
const REWRITES: ReadonlyMap<string, Rewrite> = new Map([
  ['dnsbl_allow', withDot],
  ['whitelisthosts', asNetwork],
  ['hosts_allow', withCode],
  ['badmailfrom_patterns', asPattern],
])

interface ListFile {
  readonly name: string
  readonly kind: ListKind
  readonly rewrite: Rewrite
}

export async function importList(name: string, kind: ListKind, reader: ConfigReader): Promise<ImportedList> {
  const file = { name, kind, rewrite: REWRITES.get(name) ?? asItIs }
  const state = await look(file, reader).catch((fault: unknown) => {
    reader.say('error', startOf(reader.path(name)), reasonOf(fault))
    return 'missing' as const
  })
  if (typeof state === 'string') return state
  if (state.isRewritten) reportCopy(file, reader)
  return copyOf(file, reader)
}

/** `isRewritten`: not only for lines that are left out. */
type Look = 'missing' | 'fine' | { readonly isRewritten: boolean }

/** Goes through the file once, in pieces: lists may be large, and few need a copy. */
async function look({ name, kind, rewrite }: ListFile, reader: ConfigReader): Promise<Look> {
  const pieces = await piecesOf(reader.environment.files, reader.path(name))
  if (!pieces) return 'missing'
  let [isFine, isRewritten] = [true, false]
  const list = new ListBuilder(kind, name, () => (isFine = false))
  for await (const piece of pieces) {
    for (const entry of listEntries(piece, name)) {
      const written = rewrite(entry.text, entry.rest)
      isRewritten ||= entry.text === '$include' || (written ?? entry.text) !== entry.text
      isFine &&= !isRewritten && written !== undefined
      if (isFine) list.add(entry)
    }
  }
  return isFine ? 'fine' : { isRewritten }
}

function reportCopy({ name }: ListFile, reader: ConfigReader): void {
  reader.environment.report.add({
    code: 'IMP005',
    severity: 'info',
    at: startOf(reader.path(name)),
    message: `\`${name}\` cannot be used as it is; \`lists/${name}\` is a copy`,
    notes: ['the copy holds what `$include` brings in, and entries as they are written here'],
  })
}

async function copyOf(file: ListFile, reader: ConfigReader): Promise<CopiedList> {
  const path = reader.path(file.name)
  const lines = (await reader.lines(file.name)) ?? []
  const text = lines.map((line) => `${copiedLine(line, file, reader)}\n`).join('')
  return { name: `lists/${file.name}`, text: `# Made from ${path}\n${text}` }
}

/** To qpsmtpd, which goes on to the next line. */
const MEANS_NOTHING: Fault = { code: 'LST602', message: 'there is no return code behind this entry' }

function copiedLine({ text, at }: ConfigText, { kind, rewrite }: ListFile, { environment }: ConfigReader): string {
  const [word = ''] = text.split(/\s/, 1)
  const rest = text.slice(word.length).trim()
  const entry = rewrite(word, rest)
  const problem = entry === undefined ? MEANS_NOTHING : problemOf(kind, entry, rest)
  if (!problem) return `${entry} ${rest}`.trim()
  const { code, message, help } = problem
  const hasWorked = code.startsWith('RGX')
  environment.report.add({
    code: 'IMP003',
    severity: hasWorked ? 'error' : 'warning',
    at,
    message: `left out: ${message}`,
    ...(!hasWorked && { notes: ['qpsmtpd finds nothing with it'] }),
    ...(help !== undefined && { help }),
  })
  return `# left out: ${text}`
}

function problemOf(kind: ListKind, text: string, rest: string): ListProblem | undefined {
  let problem: ListProblem | undefined
  const list = new ListBuilder(kind, '', (one) => (problem ??= one))
  list.add({ text, rest, at: '' })
  return problem
}
