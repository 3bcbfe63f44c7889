import type { Member } from '@/features/team/queries/members'

// What the database would refuse is not offered. It decides again, whatever is shown here.

export interface MemberActs {
  changeRole: boolean
  remove: boolean
  transfer: boolean
}

const NONE: MemberActs = { changeRole: false, remove: false, transfer: false }

const isLastAdmin = (member: Member, members: readonly Member[]): boolean =>
  member.role === 'admin' && !members.some(({ id, role }) => role === 'admin' && id !== member.id)

/** What `me` may do with `member`. Without an owner, whose account an operator has deleted, every admin counts as one. */
export function actsOn(member: Member, me: Member | undefined, members: readonly Member[]): MemberActs {
  if (me?.role !== 'admin') return NONE
  const self = member.id === me.id
  return {
    changeRole: !member.isOwner && !isLastAdmin(member, members),
    remove: !self && !member.isOwner,
    transfer: !self && (me.isOwner || !members.some(({ isOwner }) => isOwner)),
  }
}

/** Why `me` cannot leave; null: may. */
export function whyStay(me: Member, members: readonly Member[]): 'last-member' | 'owner' | 'last-admin' | null {
  if (members.length === 1) return 'last-member'
  if (me.isOwner) return 'owner'
  return isLastAdmin(me, members) ? 'last-admin' : null
}
