/** URLs with facts in them: which server is asked is the admin's choice alone (CWE-918). */
import { hasStep } from '../../core/net/url-step.ts'
import { OptionFault, type Template } from '../../core/word.ts'

type Parts = Template['parts']

const SERVER = /^https?:\/\/[^/?#\\]+(?=[/?])/

/** Throws an OptionFault for a fact in the name of the server, and an Error with a plain sentence for what is no URL. */
export function checkUrl(option: string, { parts }: Pick<Template, 'parts'>): void {
  const [start = ''] = parts
  const [server] = typeof start === 'string' ? (SERVER.exec(start) ?? []) : []
  if (server === undefined) {
    const place = parts.find((part) => typeof part !== 'string')
    if (place)
      throw new OptionFault(`\`\${${place.name}}\` stands behind the name of the server, which is fixed`, {
        option,
        ...place,
      })
    throw new Error('the URL is `https://HOST/PATH`')
  }
  const text = parts.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  if (!URL.canParse(text)) throw new Error('the URL cannot be read')
  if (server.includes('@')) throw new Error('a password has no place in a URL; write `token: env:NAME`')
  if (text.includes('#')) throw new Error('what stands behind `#` is not sent')
  if (hasStep(text.slice(server.length).replace(/\?.*/s, ''))) throw new Error('the path has dots alone in it')
}

/** Up to the `?`. */
export function pathParts(parts: Parts): Parts {
  const query = parts.findIndex((part) => typeof part === 'string' && part.includes('?'))
  if (query < 0) return parts
  const last = parts[query]
  return [...parts.slice(0, query), ...(typeof last === 'string' ? [last.slice(0, last.indexOf('?'))] : [])]
}
