/** What all parts of the import of one Haraka share: its files, and what has been made so far. */
import { dirname, join } from 'node:path'
import { type Span, startOf } from '../../../language/diagnostic.ts'
import type { MapEntry, YamlNode } from '../../../language/node.ts'
import { isIpFault, parseIp } from '../../../core/net/ip.ts'
import { isListOf } from '../list-lines.ts'
import type { ListKind } from '../../../core/list.ts'
import { type Fields, type Json, type PluginDraft, printPlugin, type RuleDraft } from '../draft.ts'
import { ImportContext } from '../import-context.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import type { PlacedText } from '../placed-text.ts'
import { compileRegex } from '../../regex/regex.ts'
import { Ini, iniIn, listIn } from './ini.ts'

export class HarakaContext extends ImportContext {
  /** Entries of the new plugin list. */
  readonly entries: YamlNode[] = []
  /** Keys of the site file. */
  readonly settings = new Map<string, YamlNode>()
  readonly limits = new Map<string, YamlNode>()
  readonly localDomains = new Set<string>()
  /** The plugin delay_deny is there: refusals wait for RCPT. */
  isDelayed = false
  /** Who may relay was asked by now: no plugin after that asks such a client at `connect`. */
  relaysFirst = false
  readonly #taken = new Set<string>()

  file(name: string): string {
    return join(dirname(this.path), name)
  }

  async ini(name: string): Promise<Ini> {
    const file = await this.read(this.file(name))
    return file ? iniIn(file.text, file.path) : new Ini([])
  }

  async lines(name: string): Promise<readonly PlacedText[]> {
    const file = await this.read(this.file(name))
    return file ? listIn(file.text, file.path) : []
  }

  at(name: string): Span {
    return startOf(this.file(name))
  }

  /** A builtin of the new site. */
  use(builtin: string, args: Fields, at: Span, options: { readonly isMonitor?: boolean } = {}): void {
    const name = this.#free(builtin)
    const hasArgs = Object.keys(args).length > 0
    if (options.isMonitor) this.entries.push(nodeOf({ use: name, ...(hasArgs && { with: args }), mode: 'monitor' }, at))
    else this.entries.push(nodeOf(hasArgs ? { [name]: args } : name, at))
  }

  /** A plugin of the new site's own; nothing without rules. */
  plugin({ hooks, ...draft }: Omit<PluginDraft, 'lists'>, at: Span): void {
    const lists = this.takeLists()
    const filled = Object.entries(hooks).filter(([, rules]) => rules.length > 0)
    if (filled.length === 0) return
    const path = `rules/${this.#free(draft.plugin).replace(':', '-')}.yaml`
    const delayed = filled.map(([hook, rules]) => [hook, rules.map((rule) => this.#delayed(rule, hook))] as const)
    this.copies.set(path, printPlugin({ ...draft, lists, hooks: Object.fromEntries(delayed) }))
    this.entries.push(scalar(`./${path}`, at))
  }

  /** What would be delayed, nobody who may relay hears (delay_deny.js, `hook_rcpt_ok`). */
  #delayed(rule: RuleDraft, hook: string): RuleDraft {
    if (!this.isDelayed || !rule.return?.startsWith('DENY') || !/^(?:connect|helo|ehlo|mail|rcpt)/.test(hook))
      return rule
    const exempt: Json = { relay_client: true }
    const unless = rule.unless ? { any: [exempt, rule.unless] } : { relay_client: true }
    return { ...rule, unless, ...(hook !== 'rcpt' && { reply_at: 'rcpt' }) }
  }

  /** For builtins that can put off what they refuse. */
  get replyAt(): Fields {
    return this.isDelayed ? { reply_at: 'rcpt' } : {}
  }

  #free(wanted: string): string {
    let name = wanted
    for (let number = 1; this.#taken.has(name); number += 1) name = `${wanted}:${number}`
    this.#taken.add(name)
    return name
  }

  /** Its list file where it lies, or a copy with what must be written otherwise; undefined when it says nothing. */
  async listFile(
    name: string,
    of: ListKind,
    rewrite: (text: string) => string = (text) => text,
    isExactly: (line: PlacedText) => boolean = () => true,
  ): Promise<Json | undefined> {
    const lines = await this.lines(name)
    if (lines.length === 0) return undefined
    const path = this.file(name)
    const kept = lines.filter((line) => this.#isFound(line, isExactly) && this.#fits(line, of, rewrite))
    const isSame = kept.length === lines.length && lines.every(({ text }) => rewrite(text) === text)
    if (isSame && isListOf(of, this.environment.sources.get(path) ?? '', path, lines.length)) return { file: path, of }
    if (kept.length === 0) return undefined
    const text = kept.map((line) => `${rewrite(line.text)}\n`).join('')
    const copy = this.copy(name, `# Made from ${path}\n${text}`, [path])
    this.findings.copied(startOf(path), name, copy)
    return { file: copy, of }
  }

  /** One whose lines Haraka compares as they are: what stands for more than itself here stands for nothing there. */
  async exactList(name: string, of: 'address' | 'domain' | 'ip'): Promise<Json | undefined> {
    return this.listFile(
      name,
      of,
      (text) => text,
      ({ text }) => isExact(of, text),
    )
  }

  #isFound(line: PlacedText, isExactly: (line: PlacedText) => boolean): boolean {
    const isFound = isExactly(line)
    if (!isFound)
      this.findings.entry({
        at: line.at,
        effect: 'none',
        message: `left out: \`${line.text}\` is never found by Haraka, which compares whole names`,
      })
    return isFound
  }

  #fits(line: PlacedText, of: ListKind, rewrite: (text: string) => string): boolean {
    const text = rewrite(line.text)
    const isFine = isListOf(of, `${text}\n`, '', 1)
    if (!isFine)
      this.findings.entry({
        at: line.at,
        effect: 'laxer',
        message: `left out: \`${line.text}\` is nothing that such a list can hold`,
        instead: 'write it in another way, into the copy',
      })
    return isFine
  }

  /** Patterns that are about all of a text, as Haraka adds `^(` and `)$`; undefined when there are none. */
  async patternFile(name: string): Promise<Json | undefined> {
    const lines = (await this.lines(name)).filter((line) => this.#isRegex(line))
    if (lines.length === 0) return undefined
    const text = lines.map((line) => `^(?:${line.text.replaceAll(' ', '[ ]')})$\n`).join('')
    const copy = this.copy(name, `# Made from ${this.file(name)}\n${text}`, [this.file(name)])
    this.findings.copied(this.at(name), name, copy)
    return { file: copy, of: 'pattern' }
  }

  #isRegex(line: PlacedText): boolean {
    const regex = compileRegex(line.text, { ignoreCase: true })
    if (regex.ok) return true
    this.findings.entry({
      at: line.span(regex.offset, regex.offset + regex.length),
      effect: 'laxer',
      message: `left out: regular expression \`${line.text}\`: ${regex.problem}`,
      instead: 'say it without, in several lines',
    })
    return false
  }
}

export function isExact(of: 'address' | 'domain' | 'ip', text: string): boolean {
  if (of === 'address') return /.@./.test(text)
  return of === 'ip' ? !isIpFault(parseIp(text)) : !text.startsWith('.')
}

export function nodeOf(value: Json, at: Span): YamlNode {
  if (typeof value !== 'object') return scalar(value, at)
  if (isItems(value))
    return seq(
      value.map((one) => nodeOf(one, at)),
      at,
    )
  return map(
    Object.entries(value).map(([key, one]): MapEntry => entry(key, nodeOf(one, at))),
    at,
  )
}

function isItems(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
