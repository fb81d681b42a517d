/**
 * A program of its own that writes into a room through the SDK, with its outbox in a file; to be killed. Says on stdout
 * `typed ID` when a message is in the outbox, and `empty` when all were taken, after which it ends by itself.
 *
 * Called with the WebSocket's URL, a token, a room, the outbox file and how many to write; 0 only sends what is left.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../src/app.ts'
import { connectClient } from '../../src/client/client.ts'
import { openFileOutbox } from '../../src/client/outbox-file.ts'
import { roomId } from '../../src/protocol/ids.ts'

const [url = '', token = '', roomName = '', file = '', count = '0'] = process.argv.slice(2)
await using outbox = await openFileOutbox(file)
using client = connectClient({ url, token, agent: 'outbox child', outbox, clock: systemClock, random: Math.random })
const room = client.room(roomId(roomName))
room.open()
for (let number = 1; number <= Number(count); number++) {
  const id = await room.send(`살아남을 말 ${number} of ${process.pid}`)
  console.log(`typed ${id}`)
  await sleep(Math.random() * 10)
}
while (client.link().is !== 'online' || (await outbox.load()).length > 0 || room.pending().length > 0) {
  // A back-off would only make the test long: somebody looks at this program all the time.
  if (client.link().is === 'offline') client.reconnect()
  await sleep(20)
}
console.log('empty')
