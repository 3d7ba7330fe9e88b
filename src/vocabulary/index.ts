/** The words that rules may use as matchers. Plugins bring more. */
import type { MatcherWord } from '../core/word.ts'
import { aliases } from './aliases.ts'
import { dnsbl } from './dnsbl.ts'
import { fcrdns } from './fcrdns.ts'
import { heloMatches } from './helo-matches.ts'
import { inPair } from './in-pair.ts'
import { inRecipients } from './in-recipients.ts'
import { listedByRecipient } from './listed-by-recipient.ts'
import { missingHeader } from './missing-header.ts'
import { repeatedHeader } from './repeated-header.ts'
import { resolvable } from './resolvable.ts'
import { rhsbl } from './rhsbl.ts'

export const MATCHERS: readonly MatcherWord[] = [
  aliases,
  dnsbl,
  fcrdns,
  heloMatches,
  inPair,
  inRecipients,
  listedByRecipient,
  missingHeader,
  repeatedHeader,
  resolvable,
  rhsbl,
]
