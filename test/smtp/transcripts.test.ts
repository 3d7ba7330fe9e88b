/** Plays every conversation of transcripts/ in four manners: hooks that answer at once or later, input whole or in octets. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { some } from '../support/some.ts'
import { parseTranscript, play } from './transcript.ts'

const FOLDER = join(import.meta.dirname, 'transcripts')
const WHOLE = (octets: string): readonly string[] => [octets]
const SINGLE = (octets: string): readonly string[] => [...octets]

const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))

for (const file of some(FILES, 'transcripts')) {
  const transcript = parseTranscript(readFileSync(join(FOLDER, file), 'utf8'))
  describe(`${file}: ${transcript.title}`, () => {
    it('hooks at once', () => play(transcript, { asynchronous: false, cut: WHOLE }).then(() => undefined))
    it('hooks later', () => play(transcript, { asynchronous: true, cut: WHOLE }).then(() => undefined))
    if (transcript.whole) return
    it('hooks at once, octet by octet', () =>
      play(transcript, { asynchronous: false, cut: SINGLE }).then(() => undefined))
    it('hooks later, octet by octet', () => play(transcript, { asynchronous: true, cut: SINGLE }).then(() => undefined))
  })
}
