/**
 * Rooms: the channels that joined one topic with one privacy. A public and a private room of the same name never meet.
 */
import { encodeBroadcast, type Broadcast, type Version } from './frames.ts'
import { Presence, type PresenceDiff } from './presence.ts'

export interface Member {
  readonly version: Version
  /** As the client wrote it, with `realtime:`. */
  readonly topic: string
  readonly readsBroadcast: boolean
  readonly readsPresence: boolean
  /** True when a replay at the join has already shown this stored message. */
  hasReplayed(messageId: string): boolean
  sendFrame(frame: Buffer | string): void
  sendEvent(event: string, payload: unknown): void
}

export class Room {
  readonly members = new Set<Member>()
  readonly presence = new Presence<Member>()

  /** Each wire format is encoded once, however many receive it. */
  broadcast(broadcast: Broadcast, from?: Member, messageId?: string): void {
    const frames = new Map<Version, Buffer | string | null>()
    for (const member of this.members) {
      if (member === from || !member.readsBroadcast) continue
      if (messageId !== undefined && member.hasReplayed(messageId)) continue
      let frame = frames.get(member.version)
      if (frame === undefined) {
        frame = encodeBroadcast(member.version, member.topic, broadcast)
        frames.set(member.version, frame)
      }
      if (frame !== null) member.sendFrame(frame)
    }
  }

  announce(diff: PresenceDiff | null): void {
    if (!diff) return
    for (const member of this.members) {
      if (member.readsPresence) member.sendEvent('presence_diff', diff)
    }
  }
}

export class Rooms {
  readonly #rooms = new Map<string, Room>()

  find(subTopic: string, isPrivate: boolean): Room | undefined {
    return this.#rooms.get(key(subTopic, isPrivate))
  }

  enter(subTopic: string, isPrivate: boolean, member: Member): Room {
    const name = key(subTopic, isPrivate)
    let room = this.#rooms.get(name)
    if (!room) this.#rooms.set(name, (room = new Room()))
    room.members.add(member)
    return room
  }

  leave(subTopic: string, isPrivate: boolean, member: Member): void {
    const room = this.find(subTopic, isPrivate)
    if (!room?.members.delete(member)) return
    room.announce(room.presence.untrack(member))
    if (room.members.size === 0) this.#rooms.delete(key(subTopic, isPrivate))
  }
}

function key(subTopic: string, isPrivate: boolean): string {
  return `${isPrivate ? 'private' : 'public'}:${subTopic}`
}
