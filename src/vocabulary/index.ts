/** The words that rules may use as matchers. Plugins bring more. */
import type { MatcherWord } from '../core/word.ts'
import { aliases } from './aliases.ts'
import { chance } from './chance.ts'
import { dns } from './dns.ts'
import { dnsbl } from './dnsbl.ts'
import { earlyTalker } from './early-talker.ts'
import { exec } from './exec.ts'
import { expiringAddress } from './expiring-address.ts'
import { fcrdns } from './fcrdns.ts'
import { geoip } from './geoip.ts'
import { heloMatches } from './helo-matches.ts'
import { http } from './http.ts'
import { inPair } from './in-pair.ts'
import { inRecipients } from './in-recipients.ts'
import { ldap } from './ldap.ts'
import { listedByRecipient } from './listed-by-recipient.ts'
import { load } from './load.ts'
import { lookup } from './lookup.ts'
import { missingHeader } from './missing-header.ts'
import { p0f } from './p0f.ts'
import { rate } from './rate.ts'
import { repeatedHeader } from './repeated-header.ts'
import { resolvable } from './resolvable.ts'
import { rhsbl } from './rhsbl.ts'
import { sql } from './sql.ts'

export const MATCHERS: readonly MatcherWord[] = [
  aliases,
  chance,
  dns,
  dnsbl,
  earlyTalker,
  exec,
  expiringAddress,
  fcrdns,
  geoip,
  heloMatches,
  http,
  inPair,
  inRecipients,
  ldap,
  listedByRecipient,
  load,
  lookup,
  missingHeader,
  p0f,
  rate,
  repeatedHeader,
  resolvable,
  rhsbl,
  sql,
]
