/** The words that rules may use as matchers. Plugins bring more. */
import type { MatcherWord } from '../core/word.ts'
import { dnsbl } from './dnsbl.ts'
import { fcrdns } from './fcrdns.ts'
import { heloMatches } from './helo-matches.ts'
import { inPair } from './in-pair.ts'
import { listedByRecipient } from './listed-by-recipient.ts'
import { missingHeader } from './missing-header.ts'
import { repeatedHeader } from './repeated-header.ts'
import { resolvable } from './resolvable.ts'
import { rhsbl } from './rhsbl.ts'

export const MATCHERS: readonly MatcherWord[] = [
  dnsbl,
  fcrdns,
  heloMatches,
  inPair,
  listedByRecipient,
  missingHeader,
  repeatedHeader,
  resolvable,
  rhsbl,
]
