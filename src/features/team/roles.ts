import type { Role } from '@/lib/claims'

/** Every role, the least first, with what it may do in a sentence. */
export const ROLES: readonly { value: Role; label: string; may: string }[] = [
  { value: 'viewer', label: 'Viewer', may: 'Reads everything, changes nothing.' },
  { value: 'editor', label: 'Editor', may: 'Edits content, sites and mappings, and runs syncs.' },
  { value: 'admin', label: 'Admin', may: 'Also manages members, signing secrets, schedules and API keys.' },
]

export const roleLabel = (role: Role): string => ROLES.find(({ value }) => value === role)?.label ?? role

/** "an admin", "a viewer" */
export const aRole = (role: Role): string => `${role === 'viewer' ? 'a' : 'an'} ${role}`
