/** Requests as Postfix 3.7 sends them. */
export type Attributes = Readonly<Record<string, string>>

const REQUEST: Attributes = {
  request: 'smtpd_access_policy',
  protocol_state: 'RCPT',
  protocol_name: 'ESMTP',
  client_address: '192.0.2.7',
  client_name: 'unknown',
  client_port: '40000',
  reverse_client_name: 'client.example',
  server_address: '192.0.2.1',
  server_port: '25',
  helo_name: 'client.example',
  sender: 'ann@example.net',
  recipient: 'bob@example.org',
  recipient_count: '0',
  queue_id: '',
  instance: '7b.1.2.0',
  size: '0',
  etrn_domain: '',
  stress: '',
  sasl_method: '',
  sasl_username: '',
  sasl_sender: '',
  ccert_subject: '',
  ccert_issuer: '',
  ccert_fingerprint: '',
  ccert_pubkey_fingerprint: '',
  encryption_protocol: '',
  encryption_cipher: '',
  encryption_keysize: '0',
  policy_context: '',
}

export function request(more: Attributes = {}): string {
  const lines = Object.entries({ ...REQUEST, ...more }).map(([name, value]) => `${name}=${value}\n`)
  return `${lines.join('')}\n`
}

/** What Postfix sends before it knows of a recipient. */
export const CONNECT = { protocol_state: 'CONNECT', helo_name: '', sender: '', recipient: '', instance: '' }
export const EHLO = { protocol_state: 'EHLO', sender: '', recipient: '', instance: '' }
export const MAIL = { protocol_state: 'MAIL', recipient: '', instance: '' }
export const DATA = { protocol_state: 'DATA', recipient_count: '1', queue_id: '4XYZ' }
export const END = { protocol_state: 'END-OF-MESSAGE', recipient_count: '1', queue_id: '4XYZ', size: '1234' }
