/** Takes no options. */
import { definePlugin } from 'postern'

export default definePlugin({ name: 'no-options' })
