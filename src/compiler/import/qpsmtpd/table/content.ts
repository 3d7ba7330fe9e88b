/** Plugins for messages, scanners included. */
import { alone, argument, asCount, byPlace, inDays, lastOf, type Settle, splitAtCommas } from '../arguments.ts'
import { absent, type BuiltinRow, list, notYet, type Rows } from './row.ts'

const HEADERS: BuiltinRow = {
  builtin: 'headers',
  params: {
    require: { to: 'require', as: splitAtCommas },
    past: { to: 'past', as: inDays },
    future: { to: 'future', as: inDays },
    days: {},
  },
  rejects: { type: true },
}

/** It wants a Date too, and its days count in both directions. */
const ofBasicheaders: Settle = (given, at) => {
  const days = lastOf(given, 'days')
  const others = given.filter(({ key }) => key.text !== 'days')
  const dates = days ? ['past', 'future'].map((key) => argument(key, days.text, days.at)) : []
  return [argument('require', 'From,Date', at), ...dates, ...others]
}

const LOOP: BuiltinRow = { builtin: 'loop', keyed: byPlace('max'), params: { max: { to: 'max', as: asCount } } }
const SCANNER = absent('Postern has no such plugin yet, and no mail is scanned by it', 'laxer')
const HISTORIC = absent('DomainKeys is historic (RFC 4870)', 'none')

export const CONTENT: Rows = {
  greylisting: notYet(),
  headers: HEADERS,
  check_basicheaders: { ...HEADERS, keyed: alone('days'), settle: ofBasicheaders },
  loop: LOOP,
  check_loop: LOOP,
  bogus_bounce: notYet(),
  check_bogus_bounce: notYet(),
  denysubject: {
    builtin: 'denysubject',
    lists: [list('denysubject', 'pattern')],
    rejects: { type: true, naughty: 'at-once' },
  },
  charset: notYet(),
  uribl: notYet(),
  spamassassin: SCANNER,
  spambayes: SCANNER,
  dspam: SCANNER,
  dkim: notYet(),
  domainkeys: HISTORIC,
  domainkeys_sign: HISTORIC,
  dmarc: notYet(),
  hashcash: absent('nobody asks for HashCash', 'none'),
  content_log: absent('no copies of messages are written here', 'none'),
  'virus/aveclient': SCANNER,
  'virus/bitdefender': SCANNER,
  'virus/check_for_hi_virus': SCANNER,
  'virus/klez_filter': SCANNER,
  'virus/clamav': SCANNER,
  'virus/clamdscan': SCANNER,
  'virus/hbedv': SCANNER,
  'virus/kavscanner': SCANNER,
  'virus/sophie': SCANNER,
  'virus/uvscan': SCANNER,
}
