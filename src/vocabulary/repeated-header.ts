/**
 * repeated_header: does a header field that may be there once stand there twice?
 *
 * Of two From or Subject fields some readers show the first and some the last, so a filter may judge another message than
 * the one a person sees.
 */
import { defineMatcher } from '../core/word.ts'
import { FIELDS, matchFields } from './shared/options.ts'

/** RFC 5322 section 3.6: all fields with "Max number" 1. */
const SINGULAR = [
  'Date',
  'From',
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Bcc',
  'Message-ID',
  'In-Reply-To',
  'References',
  'Subject',
] as const

export const repeatedHeader = defineMatcher({
  name: 'repeated_header',
  summary: 'One of these header fields is there more than once',
  reference: 'RFC 5322 section 3.6; qpsmtpd plugin headers',
  stage: 'headers',
  options: {
    type: 'object',
    properties: { fields: { ...FIELDS, default: SINGULAR } },
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { names: 'The repeated fields, with commas between them' },
  compile:
    ({ fields }) =>
    (context) =>
      matchFields(fields, context, (values) => values.length > 1),
})
