import { useMutation, useQueryClient } from '@tanstack/react-query'
import { changeRole } from '@/features/team/queries/change-members'
import { membersQuery, nameOf, type Member } from '@/features/team/queries/members'
import { aRole } from '@/features/team/roles'
import type { Role } from '@/lib/claims'
import { errorLine } from '@/lib/errors'
import { useOrganizationId } from '@/lib/session'
import { toast } from '@/ui/toaster'

interface Change {
  member: Member
  role: Role
}

/** Somebody else's role: shown at once and taken back when the database refuses. */
export function useRoleChange() {
  const queryClient = useQueryClient()
  const { queryKey } = membersQuery(useOrganizationId())
  const show = (id: string, role: Role) =>
    queryClient.setQueryData(queryKey, (members) => members?.map((member) => (member.id === id ? { ...member, role } : member)))
  const { mutate } = useMutation({
    mutationFn: ({ member, role }: Change) => changeRole(member.id, role),
    onMutate: async ({ member, role }) => {
      await queryClient.cancelQueries({ queryKey })
      show(member.id, role)
    },
    onSuccess: (_, { member, role }) => toast.success(`${nameOf(member)} is ${aRole(role)} now`),
    onError: (error, { member }) => {
      show(member.id, member.role)
      toast.error(errorLine(error))
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  })
  return mutate
}
