/**
 * GeoIP databases in MaxMind's format (MaxMind DB 2.0), read into memory when they are first asked: the one door to `mmdb-lib`.
 *
 * A database that was replaced is read again within a minute; one that cannot be read any more is an error from then
 * on, as is a record that is damaged.
 */
import { readFile, stat } from 'node:fs/promises'
import type { AnonymousIPResponse, AsnResponse, CityResponse, Reader } from 'mmdb-lib'
import type { Clock, GeoFacts, GeoIp } from '../core/ports.ts'
import { reasonOf } from '../core/reason.ts'
import { present } from '../core/table.ts'
import { weigh } from './mmdb-weight.ts'
import { requireLibrary } from './optional-library.ts'

/** Milliseconds between two looks at a file. */
const FRESH = 60_000

/** What is read of a record; databases differ in which parts they have. */
type GeoRecord = Partial<CityResponse> & Partial<AsnResponse> & AnonymousIPResponse

interface Database {
  find(ip: string): GeoRecord | null
  /** Another file has another one. */
  readonly version: string
}

interface Looked {
  readonly at: number
  readonly database: Promise<Database>
}

export function openGeoIp(clock: Pick<Clock, 'now'>): GeoIp {
  const looked = new Map<string, Looked>()
  const current = (file: string): Promise<Database> => {
    const last = looked.get(file)
    const now = clock.now()
    if (last && now - last.at < FRESH) return last.database
    const database = renew(file, last?.database)
    looked.set(file, { at: now, database })
    return database
  }
  return {
    async find(file, ip) {
      const record = await current(file)
        .then((database) => database.find(ip))
        .catch((fault: unknown) => {
          throw new Error(`${file}: ${problemIn(fault)}`, { cause: fault })
        })
      return record === null ? undefined : factsIn(record)
    },
  }
}

/** Whoever follows what a damaged file says leaves it. */
function problemIn(fault: unknown): string {
  return fault instanceof RangeError ? 'it is damaged' : reasonOf(fault)
}

async function renew(file: string, before: Promise<Database> | undefined): Promise<Database> {
  const last = await before?.catch(() => undefined)
  const { mtimeMs, size, ino } = await stat(file)
  const version = `${mtimeMs} ${size} ${ino}`
  return last?.version === version ? last : { find: finder(await MaxMind(), await readFile(file)), version }
}

async function MaxMind(): Promise<typeof Reader> {
  requireLibrary('mmdb-lib')
  return (await import('mmdb-lib')).Reader
}

/** What stands between the tree of addresses and the records, and before the metadata. */
const [GAP, MARKER] = [16, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')]

/** The library asks its cache before it decodes a record, which is when the record is weighed. */
function finder(Library: typeof Reader, database: Buffer): Database['find'] {
  let isWeighed = true
  const weighFirst = (offset: number | string): undefined => {
    if (!isWeighed) weigh(database, Number(offset), reader.metadata.searchTreeSize + GAP)
    isWeighed = true
  }
  weighMetadata(database)
  const reader = new Library<CityResponse>(database, { cache: { get: weighFirst, set: () => undefined } })
  return (ip) => {
    if (reader.metadata.ipVersion === 4 && ip.includes(':')) return null
    isWeighed = false
    return reader.get(ip)
  }
}

function weighMetadata(database: Buffer): void {
  const marker = database.lastIndexOf(MARKER)
  if (marker < 0) throw new Error("it is no database in MaxMind's format, or only a part of one")
  weigh(database, marker + MARKER.length, marker + MARKER.length)
}

function factsIn(record: GeoRecord): GeoFacts {
  const { continent, city, location, traits } = record
  const country = record.country ?? record.registered_country
  return present<GeoFacts>({
    country: textIn(country?.iso_code),
    countryName: textIn(country?.names?.en),
    continent: textIn(continent?.code),
    city: textIn(city?.names?.en),
    asn: numberIn(record.autonomous_system_number ?? traits?.autonomous_system_number),
    organization: textIn(record.autonomous_system_organization ?? traits?.autonomous_system_organization),
    latitude: numberIn(location?.latitude),
    longitude: numberIn(location?.longitude),
    anonymous: waysToHide(record),
  })
}

/** As the database names them, behind `is_`. */
const HIDING = [
  'anonymous',
  'anonymous_vpn',
  'hosting_provider',
  'public_proxy',
  'residential_proxy',
  'tor_exit_node',
] as const

function waysToHide(record: GeoRecord): readonly string[] | undefined {
  const said = HIDING.filter((way) => record[`is_${way}`] === true)
  return said.length === 0 ? undefined : said
}

/** A damaged database has anything anywhere, and a distance that is no number would be within every limit. */
function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
