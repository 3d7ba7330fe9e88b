/** Hooks something with a text. */
export default { name: 'no-handler', hooks: { rcpt: 'DENY' } }
