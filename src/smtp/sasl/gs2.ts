/** The GS2 header that SCRAM and OAUTHBEARER begin with (RFC 5801 section 4): channel binding, authorization identity. */
export interface Gs2Header {
  /** With its last comma, as sent. */
  readonly text: string
  /** `none`: the client knows no channel binding; `unseen`: it knows some, but thinks we do not; else the name. */
  readonly binding: { readonly kind: 'none' | 'unseen' } | { readonly kind: 'named'; readonly name: string }
  readonly authorization: string
  /** What follows the header. */
  readonly rest: string
}

const HEADER = /^(?:([ny])|p=([A-Za-z0-9.-]+)),(?:a=([^,\0]+))?,/

/** Undefined for what does not begin with one. */
export function readGs2(message: string): Gs2Header | undefined {
  const match = HEADER.exec(message)
  if (!match) return undefined
  const [text, flag, name, encoded = ''] = match
  const authorization = decodeSaslName(encoded)
  if (authorization === undefined) return undefined
  const binding = name === undefined ? { kind: flag === 'y' ? 'unseen' : 'none' } : { kind: 'named', name }
  return { text, binding, authorization, rest: message.slice(text.length) } as Gs2Header
}

/** RFC 5802 section 5.1: a comma is `=2C`, an equals sign `=3D`, and nothing else follows one. */
export function decodeSaslName(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
