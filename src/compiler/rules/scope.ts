/** What the compiler of a rule knows around it. */
import type { Hook } from '../../core/hook.ts'
import type { OnUnknown } from '../../core/truth.ts'
import type { Vocabulary } from '../../core/word.ts'
import type { Finding, Report } from '../../language/diagnostic.ts'
import type { ListRegistry } from '../lists/list-registry.ts'
import type { NoteBook } from './note-book.ts'
import type { OwnBook } from '../lists/own-book.ts'
import type { QuestionBook } from '../question-book.ts'
import type { SettingBook } from '../policies/setting-book.ts'
import type { SplitBook } from '../policies/split-book.ts'

export interface Scope {
  readonly report: Report
  /** The site's: names of files are relative to it. */
  readonly directory: string
  readonly vocabulary: Vocabulary
  readonly plugin: string
  readonly hook: Hook
  /** Id of the rule being compiled. */
  readonly rule: string | undefined
  /** Our own name. */
  readonly hostname: string
  /** As 2026-11-20; undefined where nobody asks what has passed. */
  readonly today: string | undefined
  readonly lists: ListRegistry
  readonly notes: NoteBook
  /** What policies of recipients may say. */
  readonly settings: SettingBook
  /** Who knows recipients apart after DATA. */
  readonly split: SplitBook
  /** What words ask outside. */
  readonly questions: QuestionBook
  /** Where recipients' own files are, and which are asked for. */
  readonly own: OwnBook
  /** `dnsbl.zone`, `list.reason`: what the words seen so far in this rule find. Grows while the rule is compiled. */
  readonly finds: Set<string>
  /** Names of all words that rules of this site ask. */
  readonly asked: Set<string>
  /** What the words seen so far say about unknown. */
  readonly words: { onUnknown: OnUnknown }
}

const BY_CARE: readonly OnUnknown[] = ['skip', 'match', 'defer']

/** Of two answers to unknown the one that lets less happen: `defer`, then `match`, then `skip`. */
export function moreCareful(one: OnUnknown, other: OnUnknown): OnUnknown {
  return BY_CARE.indexOf(one) > BY_CARE.indexOf(other) ? one : other
}

/** Reports with the hook and rule of the scope filled in. */
export function complain(scope: Scope, finding: Finding): void {
  scope.report.add({ hook: scope.hook, ...(scope.rule !== undefined && { rule: scope.rule }), ...finding })
}
