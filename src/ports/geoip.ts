/**
 * GeoIP databases in MaxMind's format (MaxMind DB 2.0), read into memory when they are first asked: the one door to `mmdb-lib`.
 *
 * A database that was replaced is read again within a minute; one that cannot be read any more is an error from then on.
 */
import { readFile, stat } from 'node:fs/promises'
import type { CityResponse, AsnResponse, Reader } from 'mmdb-lib'
import type { Clock, GeoFacts, GeoIp } from '../core/ports.ts'
import { reasonOf } from '../core/reason.ts'
import { requireLibrary } from './optional-library.ts'

/** Milliseconds between two looks at a file. */
const FRESH = 60_000

/** What is read of a record; databases differ in which parts they have. */
type GeoRecord = Partial<CityResponse> & Partial<AsnResponse>

interface Database {
  readonly reader: Reader<CityResponse>
  readonly changed: number
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
      const { reader } = await current(file)
      if (reader.metadata.ipVersion === 4 && ip.includes(':')) return undefined
      const record: GeoRecord | null = reader.get(ip)
      return record === null ? undefined : factsIn(record)
    },
  }
}

async function renew(file: string, before: Promise<Database> | undefined): Promise<Database> {
  const last = await before?.catch(() => undefined)
  try {
    const { mtimeMs } = await stat(file)
    return last?.changed === mtimeMs ? last : { reader: await open(file), changed: mtimeMs }
  } catch (fault) {
    throw new Error(`${file}: ${reasonOf(fault)}`, { cause: fault })
  }
}

async function open(file: string): Promise<Reader<CityResponse>> {
  requireLibrary('mmdb-lib')
  const { Reader: MaxMind } = await import('mmdb-lib')
  return new MaxMind<CityResponse>(await readFile(file))
}

function factsIn(record: GeoRecord): GeoFacts {
  const { continent, city, location } = record
  const country = record.country ?? record.registered_country
  const facts = {
    country: textIn(country?.iso_code),
    countryName: textIn(country?.names?.en),
    continent: textIn(continent?.code),
    city: textIn(city?.names?.en),
    asn: numberIn(record.autonomous_system_number),
    organization: textIn(record.autonomous_system_organization),
    latitude: numberIn(location?.latitude),
    longitude: numberIn(location?.longitude),
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as GeoFacts
}

/** A damaged database has anything anywhere, and a distance that is no number would be within every limit. */
function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
