/**
 * missing_header: does a header field that must be there lack, or say nothing?
 *
 * It answers for all fields at once, so that one reply can name every one that is missing.
 */
import { defineMatcher } from '../core/word.ts'
import { FIELDS, matchFields } from './shared/options.ts'

export const missingHeader = defineMatcher({
  name: 'missing_header',
  summary: 'One of these header fields is missing, or is empty',
  reference: 'RFC 5322 section 3.6; qpsmtpd plugin headers',
  stage: 'headers',
  options: {
    type: 'object',
    properties: { fields: FIELDS },
    required: ['fields'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { names: 'The missing fields, with commas between them' },
  compile:
    ({ fields }) =>
    (context) =>
      matchFields(fields, context, (values) => values.every((value) => value.trim() === '')),
})
