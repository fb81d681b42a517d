/** The runs in which nobody says anything: what it costs to come, and what it costs to be there. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Crowd, type Seat } from './crowd.ts'
import { dialects, type Figures, type Job, roomName, tokenOf, type Work } from './job.ts'
import { Ledger } from './ledger.ts'
import { startStopwatch } from './stopwatch.ts'

type Presence = Extract<Work, { readonly kind: 'idle' | 'connect' }>

const openInFlight = 200

/** Opens all links, measures what that took, lets the server settle, and measures what staying takes. */
export async function runPresence(job: Job, work: Presence): Promise<Figures> {
  const links = work.rooms * work.members
  const ledger = new Ledger({ rooms: 1, publishersPerRoom: 1, readersPerRoom: 1, links, answersSends: false })
  const crowd = new Crowd({ dialect: dialects[job.dialect], port: job.port, ledger })
  const seats = Array.from({ length: links }, (_, link): Seat => {
    const room = Math.floor(link / work.members)
    const isCurrent = work.kind === 'connect'
    return { room: roomName(room), roomNumber: room, token: tokenOf(link), isReader: true, isCurrent }
  })

  const stop = startStopwatch(job.serverPid)
  await crowd.open(seats, openInFlight)
  const opened = stop()
  const settleSeconds = work.kind === 'idle' ? work.settleSeconds : 0
  const stopSettled = startStopwatch(job.serverPid)
  await sleep(settleSeconds * 1000)
  const settled = stopSettled()
  const dead = crowd.dead.count
  crowd.close()
  return {
    links,
    usPerLink: ((opened.userMs + opened.systemMs) * 1000) / links,
    userUsPerLink: (opened.userMs * 1000) / links,
    linksPerSecond: (links * 1000) / opened.wallMs,
    rssKbPerLink: (opened.rssKb + settled.rssKb) / links,
    idleBusyPercent: ((settled.userMs + settled.systemMs) * 100) / settled.wallMs,
    clientBusyPercent: opened.clientBusyPercent,
    dead,
    refused: ledger.faults.refused,
  }
}
