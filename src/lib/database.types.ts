// Made by "npm run types" from the migrations. Edits are lost.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "public": {
          Tables: {
            "alert_events": {
                  Row: {
                    "at": string,"detail": string,"id": string,"job_id": string | null,"job_number": number | null,"kind": string,"muted": boolean,"organization_id": string,"rule_id": string | null,"rule_name": string,"seq": number,"state": string,"subject_count": number,"subjects": NonNullable<Json>,"title": string
                  }
                  ComputedFields: never
                  Insert: {
                    "at"?: string,"detail"?: string,"id"?: string,"job_id"?: string | null,"job_number"?: number | null,"kind": string,"muted"?: boolean,"organization_id": string,"rule_id"?: string | null,"rule_name": string,"seq"?: number,"state": string,"subject_count"?: number,"subjects"?: NonNullable<Json>,"title": string
                  }
                  Update: {
                    "at"?: string,"detail"?: string,"id"?: string,"job_id"?: string | null,"job_number"?: number | null,"kind"?: string,"muted"?: boolean,"organization_id"?: string,"rule_id"?: string | null,"rule_name"?: string,"seq"?: number,"state"?: string,"subject_count"?: number,"subjects"?: NonNullable<Json>,"title"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "alert_events_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "alert_events_organization_id_job_id_fkey"
      columns: ["organization_id","job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "alert_events_organization_id_rule_id_fkey"
      columns: ["organization_id","rule_id"]
isOneToOne: false
      referencedRelation: "alert_rules"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"alert_messages": {
                  Row: {
                    "attempts": number,"channel": string,"created_at": string,"error": string | null,"event_id": string,"finished_at": string | null,"id": string,"lease_expires_at": string | null,"lease_token": number | null,"member_id": string | null,"next_attempt_at": string | null,"organization_id": string,"recipient": string,"status": string,"status_code": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "attempts"?: number,"channel": string,"created_at"?: string,"error"?: string | null,"event_id": string,"finished_at"?: string | null,"id"?: string,"lease_expires_at"?: string | null,"lease_token"?: number | null,"member_id"?: string | null,"next_attempt_at"?: string | null,"organization_id": string,"recipient": string,"status"?: string,"status_code"?: number | null
                  }
                  Update: {
                    "attempts"?: number,"channel"?: string,"created_at"?: string,"error"?: string | null,"event_id"?: string,"finished_at"?: string | null,"id"?: string,"lease_expires_at"?: string | null,"lease_token"?: number | null,"member_id"?: string | null,"next_attempt_at"?: string | null,"organization_id"?: string,"recipient"?: string,"status"?: string,"status_code"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "alert_messages_organization_id_event_id_fkey"
      columns: ["organization_id","event_id"]
isOneToOne: false
      referencedRelation: "alert_events"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "alert_messages_organization_id_member_id_fkey"
      columns: ["organization_id","member_id"]
isOneToOne: false
      referencedRelation: "memberships"
      referencedColumns: ["organization_id","user_id"]
    }
                  ]
                },"alert_rules": {
                  Row: {
                    "created_at": string,"created_by": string | null,"emails": (string)[],"enabled": boolean,"id": string,"kind": string,"member_ids": (string)[],"muted_until": string | null,"name": string,"organization_id": string,"partial": boolean,"secret_set_at": string | null,"secret_version": number | null,"threshold_minutes": number,"updated_at": string,"watching_since": string,"webhook_url": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"emails"?: (string)[],"enabled"?: boolean,"id"?: string,"kind": string,"member_ids"?: (string)[],"muted_until"?: string | null,"name": string,"organization_id": string,"partial"?: boolean,"secret_set_at"?: string | null,"secret_version"?: number | null,"threshold_minutes"?: number,"updated_at"?: string,"watching_since"?: string,"webhook_url"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"emails"?: (string)[],"enabled"?: boolean,"id"?: string,"kind"?: string,"member_ids"?: (string)[],"muted_until"?: string | null,"name"?: string,"organization_id"?: string,"partial"?: boolean,"secret_set_at"?: string | null,"secret_version"?: number | null,"threshold_minutes"?: number,"updated_at"?: string,"watching_since"?: string,"webhook_url"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "alert_rules_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "alert_rules_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    }
                  ]
                },"alert_states": {
                  Row: {
                    "change": number,"condition": boolean,"condition_since": string,"detail": string,"job_id": string | null,"organization_id": string,"rule_id": string,"settled": boolean,"since": string,"state": string,"subject_id": string,"subject_kind": string,"subject_name": string
                  }
                  ComputedFields: never
                  Insert: {
                    "change"?: number,"condition": boolean,"condition_since": string,"detail"?: string,"job_id"?: string | null,"organization_id": string,"rule_id": string,"settled"?: boolean,"since": string,"state"?: string,"subject_id": string,"subject_kind": string,"subject_name": string
                  }
                  Update: {
                    "change"?: number,"condition"?: boolean,"condition_since"?: string,"detail"?: string,"job_id"?: string | null,"organization_id"?: string,"rule_id"?: string,"settled"?: boolean,"since"?: string,"state"?: string,"subject_id"?: string,"subject_kind"?: string,"subject_name"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "alert_states_organization_id_job_id_fkey"
      columns: ["organization_id","job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "alert_states_organization_id_rule_id_fkey"
      columns: ["organization_id","rule_id"]
isOneToOne: false
      referencedRelation: "alert_rules"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"api_keys": {
                  Row: {
                    "created_at": string,"created_by": string | null,"expires_at": string | null,"id": string,"last_used_at": string | null,"name": string,"organization_id": string,"prefix": string,"revoked_at": string | null,"revoked_by": string | null,"scopes": (string)[]
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"expires_at"?: string | null,"id"?: string,"last_used_at"?: string | null,"name": string,"organization_id": string,"prefix": string,"revoked_at"?: string | null,"revoked_by"?: string | null,"scopes": (string)[]
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"expires_at"?: string | null,"id"?: string,"last_used_at"?: string | null,"name"?: string,"organization_id"?: string,"prefix"?: string,"revoked_at"?: string | null,"revoked_by"?: string | null,"scopes"?: (string)[]
                  }
                  Relationships: [
                    {
      foreignKeyName: "api_keys_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "api_keys_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "api_keys_revoked_by_fkey"
      columns: ["revoked_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"audit_log": {
                  Row: {
                    "action": string,"actor_id": string | null,"actor_kind": string,"actor_name": string | null,"at": string,"changes": NonNullable<Json>,"hash": string,"ip": string | null,"organization_id": string,"previous_hash": string,"request_id": string | null,"seq": number,"subject_id": string,"subject_kind": string,"subject_name": string | null,"user_agent": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"actor_kind": string,"actor_name"?: string | null,"at": string,"changes": NonNullable<Json>,"hash": string,"ip"?: string | null,"organization_id": string,"previous_hash": string,"request_id"?: string | null,"seq": number,"subject_id": string,"subject_kind": string,"subject_name"?: string | null,"user_agent"?: string | null
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"actor_kind"?: string,"actor_name"?: string | null,"at"?: string,"changes"?: NonNullable<Json>,"hash"?: string,"ip"?: string | null,"organization_id"?: string,"previous_hash"?: string,"request_id"?: string | null,"seq"?: number,"subject_id"?: string,"subject_kind"?: string,"subject_name"?: string | null,"user_agent"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "audit_log_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    }
                  ]
                },"content_item_revisions": {
                  Row: {
                    "created_at": string,"created_by": string | null,"data": NonNullable<Json>,"item_id": string,"organization_id": string,"publish_at": string | null,"revision": number,"status": string,"title": string,"type_id": string,"type_revision": number,"unpublish_at": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"data": NonNullable<Json>,"item_id": string,"organization_id": string,"publish_at"?: string | null,"revision": number,"status": string,"title": string,"type_id": string,"type_revision": number,"unpublish_at"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"data"?: NonNullable<Json>,"item_id"?: string,"organization_id"?: string,"publish_at"?: string | null,"revision"?: number,"status"?: string,"title"?: string,"type_id"?: string,"type_revision"?: number,"unpublish_at"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "content_item_revisions_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "content_item_revisions_organization_id_item_id_fkey"
      columns: ["organization_id","item_id"]
isOneToOne: false
      referencedRelation: "content_items"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "content_item_revisions_organization_id_type_id_type_revisi_fkey"
      columns: ["organization_id","type_id","type_revision"]
isOneToOne: false
      referencedRelation: "content_type_revisions"
      referencedColumns: ["organization_id","type_id","revision"]
    }
                  ]
                },"content_items": {
                  Row: {
                    "created_at": string,"created_by": string | null,"data": NonNullable<Json>,"id": string,"organization_id": string,"publish_at": string | null,"published_at": string | null,"revision": number,"status": string,"title": string,"type_id": string,"unpublish_at": string | null,"updated_at": string,"updated_by": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"data"?: NonNullable<Json>,"id"?: string,"organization_id"?: string,"publish_at"?: string | null,"published_at"?: string | null,"revision"?: number,"status"?: string,"title": string,"type_id": string,"unpublish_at"?: string | null,"updated_at"?: string,"updated_by"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"data"?: NonNullable<Json>,"id"?: string,"organization_id"?: string,"publish_at"?: string | null,"published_at"?: string | null,"revision"?: number,"status"?: string,"title"?: string,"type_id"?: string,"unpublish_at"?: string | null,"updated_at"?: string,"updated_by"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "content_items_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "content_items_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "content_items_organization_id_type_id_fkey"
      columns: ["organization_id","type_id"]
isOneToOne: false
      referencedRelation: "content_types"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "content_items_updated_by_fkey"
      columns: ["updated_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"content_type_revisions": {
                  Row: {
                    "created_at": string,"organization_id": string,"revision": number,"schema": NonNullable<Json>,"type_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"organization_id": string,"revision": number,"schema": NonNullable<Json>,"type_id": string
                  }
                  Update: {
                    "created_at"?: string,"organization_id"?: string,"revision"?: number,"schema"?: NonNullable<Json>,"type_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "content_type_revisions_organization_id_type_id_fkey"
      columns: ["organization_id","type_id"]
isOneToOne: false
      referencedRelation: "content_types"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"content_type_templates": {
                  Row: {
                    "created_at": string,"created_by": string | null,"description": string,"example": NonNullable<Json>,"id": string,"name": string,"organization_id": string,"schema": NonNullable<Json>,"source_type_id": string | null,"title": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"description"?: string,"example"?: NonNullable<Json>,"id"?: string,"name": string,"organization_id"?: string,"schema": NonNullable<Json>,"source_type_id"?: string | null,"title": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"description"?: string,"example"?: NonNullable<Json>,"id"?: string,"name"?: string,"organization_id"?: string,"schema"?: NonNullable<Json>,"source_type_id"?: string | null,"title"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "content_type_templates_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "content_type_templates_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "content_type_templates_organization_id_source_type_id_fkey"
      columns: ["organization_id","source_type_id"]
isOneToOne: false
      referencedRelation: "content_types"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"content_types": {
                  Row: {
                    "created_at": string,"created_by": string | null,"description": string,"id": string,"name": string,"organization_id": string,"revision": number,"schema": NonNullable<Json>,"title": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"description"?: string,"id"?: string,"name": string,"organization_id"?: string,"revision"?: number,"schema": NonNullable<Json>,"title": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"description"?: string,"id"?: string,"name"?: string,"organization_id"?: string,"revision"?: number,"schema"?: NonNullable<Json>,"title"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "content_types_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "content_types_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    }
                  ]
                },"delivery_attempts": {
                  Row: {
                    "connect_ms": number | null,"created_at": string,"delivery_id": string,"duration_ms": number,"error": string | null,"first_byte_ms": number | null,"number": number,"organization_id": string,"request_headers": NonNullable<Json>,"response_body": string | null,"response_headers": NonNullable<Json>,"site_id": string | null,"started_at": string,"status_code": number | null,"worker": string
                  }
                  ComputedFields: never
                  Insert: {
                    "connect_ms"?: number | null,"created_at"?: string,"delivery_id": string,"duration_ms": number,"error"?: string | null,"first_byte_ms"?: number | null,"number": number,"organization_id": string,"request_headers"?: NonNullable<Json>,"response_body"?: string | null,"response_headers"?: NonNullable<Json>,"site_id"?: string | null,"started_at": string,"status_code"?: number | null,"worker": string
                  }
                  Update: {
                    "connect_ms"?: number | null,"created_at"?: string,"delivery_id"?: string,"duration_ms"?: number,"error"?: string | null,"first_byte_ms"?: number | null,"number"?: number,"organization_id"?: string,"request_headers"?: NonNullable<Json>,"response_body"?: string | null,"response_headers"?: NonNullable<Json>,"site_id"?: string | null,"started_at"?: string,"status_code"?: number | null,"worker"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "delivery_attempts_organization_id_delivery_id_fkey"
      columns: ["organization_id","delivery_id"]
isOneToOne: false
      referencedRelation: "sync_deliveries"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "delivery_attempts_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"destination_snapshot_history": {
                  Row: {
                    "body": string,"item_count": number,"organization_id": string,"received_at": string,"sequence": number,"site_id": string,"webhook_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "body": string,"item_count": number,"organization_id": string,"received_at": string,"sequence": number,"site_id": string,"webhook_id": string
                  }
                  Update: {
                    "body"?: string,"item_count"?: number,"organization_id"?: string,"received_at"?: string,"sequence"?: number,"site_id"?: string,"webhook_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "destination_snapshot_history_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"destination_snapshots": {
                  Row: {
                    "body": string,"item_count": number,"organization_id": string,"payload": NonNullable<Json>,"received_at": string,"sequence": number,"site_id": string,"webhook_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "body": string,"item_count": number,"organization_id": string,"payload": NonNullable<Json>,"received_at"?: string,"sequence": number,"site_id": string,"webhook_id": string
                  }
                  Update: {
                    "body"?: string,"item_count"?: number,"organization_id"?: string,"payload"?: NonNullable<Json>,"received_at"?: string,"sequence"?: number,"site_id"?: string,"webhook_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "destination_snapshots_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"invitations": {
                  Row: {
                    "accepted_at": string | null,"accepted_by": string | null,"created_at": string,"email": string,"expires_at": string,"id": string,"invited_by": string | null,"organization_id": string,"revoked_at": string | null,"role": string
                  }
                  ComputedFields: never
                  Insert: {
                    "accepted_at"?: string | null,"accepted_by"?: string | null,"created_at"?: string,"email": string,"expires_at": string,"id"?: string,"invited_by"?: string | null,"organization_id": string,"revoked_at"?: string | null,"role": string
                  }
                  Update: {
                    "accepted_at"?: string | null,"accepted_by"?: string | null,"created_at"?: string,"email"?: string,"expires_at"?: string,"id"?: string,"invited_by"?: string | null,"organization_id"?: string,"revoked_at"?: string | null,"role"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "invitations_accepted_by_fkey"
      columns: ["accepted_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "invitations_invited_by_fkey"
      columns: ["invited_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "invitations_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    }
                  ]
                },"item_working_copies": {
                  Row: {
                    "base_revision": number | null,"created_at": string,"data": NonNullable<Json>,"id": string,"item_id": string | null,"organization_id": string,"publish_at": string | null,"seq": number,"title": string,"type_id": string,"unpublish_at": string | null,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "base_revision"?: number | null,"created_at"?: string,"data": NonNullable<Json>,"id"?: string,"item_id"?: string | null,"organization_id": string,"publish_at"?: string | null,"seq"?: number,"title"?: string,"type_id": string,"unpublish_at"?: string | null,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "base_revision"?: number | null,"created_at"?: string,"data"?: NonNullable<Json>,"id"?: string,"item_id"?: string | null,"organization_id"?: string,"publish_at"?: string | null,"seq"?: number,"title"?: string,"type_id"?: string,"unpublish_at"?: string | null,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "item_working_copies_organization_id_item_id_fkey"
      columns: ["organization_id","item_id"]
isOneToOne: false
      referencedRelation: "content_items"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "item_working_copies_organization_id_type_id_fkey"
      columns: ["organization_id","type_id"]
isOneToOne: false
      referencedRelation: "content_types"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "item_working_copies_organization_id_user_id_fkey"
      columns: ["organization_id","user_id"]
isOneToOne: false
      referencedRelation: "memberships"
      referencedColumns: ["organization_id","user_id"]
    }
                  ]
                },"job_logs": {
                  Row: {
                    "at": string,"delivery_id": string | null,"item_id": string | null,"job_id": string,"level": string,"message": string,"organization_id": string,"payload": Json | null,"seq": number,"site_id": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "at"?: string,"delivery_id"?: string | null,"item_id"?: string | null,"job_id": string,"level": string,"message": string,"organization_id": string,"payload"?: Json | null,"seq": number,"site_id"?: string | null
                  }
                  Update: {
                    "at"?: string,"delivery_id"?: string | null,"item_id"?: string | null,"job_id"?: string,"level"?: string,"message"?: string,"organization_id"?: string,"payload"?: Json | null,"seq"?: number,"site_id"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "job_logs_organization_id_delivery_id_fkey"
      columns: ["organization_id","delivery_id"]
isOneToOne: false
      referencedRelation: "sync_deliveries"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "job_logs_organization_id_item_id_fkey"
      columns: ["organization_id","item_id"]
isOneToOne: false
      referencedRelation: "content_items"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "job_logs_organization_id_job_id_fkey"
      columns: ["organization_id","job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "job_logs_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"memberships": {
                  Row: {
                    "created_at": string,"is_owner": boolean,"organization_id": string,"role": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"is_owner"?: boolean,"organization_id": string,"role": string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"is_owner"?: boolean,"organization_id"?: string,"role"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "memberships_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "memberships_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"organizations": {
                  Row: {
                    "approval_required": boolean,"audit_retention_days": number | null,"created_at": string,"deleted_at": string | null,"id": string,"name": string,"retention_days": number,"slug": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "approval_required"?: boolean,"audit_retention_days"?: number | null,"created_at"?: string,"deleted_at"?: string | null,"id"?: string,"name": string,"retention_days"?: number,"slug": string,"updated_at"?: string
                  }
                  Update: {
                    "approval_required"?: boolean,"audit_retention_days"?: number | null,"created_at"?: string,"deleted_at"?: string | null,"id"?: string,"name"?: string,"retention_days"?: number,"slug"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    
                  ]
                },"plan_approvals": {
                  Row: {
                    "comment": string,"decided_at": string | null,"decided_by": string | null,"force": boolean,"id": string,"job_id": string | null,"note": string,"organization_id": string,"plan_hash": string,"requested_at": string,"requested_by": string | null,"site_hashes": (string)[],"site_ids": (string)[],"state": string,"title": string
                  }
                  ComputedFields: never
                  Insert: {
                    "comment"?: string,"decided_at"?: string | null,"decided_by"?: string | null,"force"?: boolean,"id"?: string,"job_id"?: string | null,"note"?: string,"organization_id": string,"plan_hash": string,"requested_at"?: string,"requested_by"?: string | null,"site_hashes": (string)[],"site_ids": (string)[],"state"?: string,"title": string
                  }
                  Update: {
                    "comment"?: string,"decided_at"?: string | null,"decided_by"?: string | null,"force"?: boolean,"id"?: string,"job_id"?: string | null,"note"?: string,"organization_id"?: string,"plan_hash"?: string,"requested_at"?: string,"requested_by"?: string | null,"site_hashes"?: (string)[],"site_ids"?: (string)[],"state"?: string,"title"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "plan_approvals_decided_by_fkey"
      columns: ["decided_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "plan_approvals_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "plan_approvals_organization_id_job_id_fkey"
      columns: ["organization_id","job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "plan_approvals_requested_by_fkey"
      columns: ["requested_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"profiles": {
                  Row: {
                    "created_at": string,"email": string,"full_name": string | null,"id": string,"organization_id": string | null,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"email": string,"full_name"?: string | null,"id": string,"organization_id"?: string | null,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"email"?: string,"full_name"?: string | null,"id"?: string,"organization_id"?: string | null,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "profiles_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    }
                  ]
                },"saved_views": {
                  Row: {
                    "created_at": string,"id": string,"name": string,"organization_id": string,"owner_id": string | null,"page": string,"query": string,"shared": boolean,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"id"?: string,"name": string,"organization_id"?: string,"owner_id"?: string | null,"page": string,"query": string,"shared"?: boolean,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"id"?: string,"name"?: string,"organization_id"?: string,"owner_id"?: string | null,"page"?: string,"query"?: string,"shared"?: boolean,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "saved_views_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "saved_views_owner_id_fkey"
      columns: ["owner_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"schedule_runs": {
                  Row: {
                    "id": string,"job_id": string | null,"organization_id": string,"outcome": string,"planned_for": string | null,"ran_at": string,"schedule_id": string,"started_by": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "id"?: string,"job_id"?: string | null,"organization_id": string,"outcome": string,"planned_for"?: string | null,"ran_at"?: string,"schedule_id": string,"started_by"?: string | null
                  }
                  Update: {
                    "id"?: string,"job_id"?: string | null,"organization_id"?: string,"outcome"?: string,"planned_for"?: string | null,"ran_at"?: string,"schedule_id"?: string,"started_by"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "schedule_runs_organization_id_job_id_fkey"
      columns: ["organization_id","job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "schedule_runs_organization_id_schedule_id_fkey"
      columns: ["organization_id","schedule_id"]
isOneToOne: false
      referencedRelation: "schedules"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "schedule_runs_started_by_fkey"
      columns: ["started_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"schedule_sites": {
                  Row: {
                    "organization_id": string,"schedule_id": string,"site_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "organization_id": string,"schedule_id": string,"site_id": string
                  }
                  Update: {
                    "organization_id"?: string,"schedule_id"?: string,"site_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "schedule_sites_organization_id_schedule_id_fkey"
      columns: ["organization_id","schedule_id"]
isOneToOne: false
      referencedRelation: "schedules"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "schedule_sites_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"schedules": {
                  Row: {
                    "all_sites": boolean,"created_at": string,"created_by": string | null,"cron": string,"enabled": boolean,"id": string,"kind": string,"last_job_id": string | null,"last_outcome": string,"last_run_at": string | null,"name": string,"next_run_at": string | null,"organization_id": string,"problem": string | null,"time_zone": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "all_sites"?: boolean,"created_at"?: string,"created_by"?: string | null,"cron": string,"enabled"?: boolean,"id"?: string,"kind"?: string,"last_job_id"?: string | null,"last_outcome"?: string,"last_run_at"?: string | null,"name": string,"next_run_at"?: string | null,"organization_id"?: string,"problem"?: string | null,"time_zone"?: string,"updated_at"?: string
                  }
                  Update: {
                    "all_sites"?: boolean,"created_at"?: string,"created_by"?: string | null,"cron"?: string,"enabled"?: boolean,"id"?: string,"kind"?: string,"last_job_id"?: string | null,"last_outcome"?: string,"last_run_at"?: string | null,"name"?: string,"next_run_at"?: string | null,"organization_id"?: string,"problem"?: string | null,"time_zone"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "schedules_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "schedules_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "schedules_organization_id_last_job_id_fkey"
      columns: ["organization_id","last_job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"site_item_mappings": {
                  Row: {
                    "created_at": string,"item_id": string,"mode": string,"organization_id": string,"override_bases": Json | null,"overrides": NonNullable<Json>,"position": number,"site_id": string,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"item_id": string,"mode": string,"organization_id"?: string,"override_bases"?: Json | null,"overrides"?: NonNullable<Json>,"position"?: number,"site_id": string,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"item_id"?: string,"mode"?: string,"organization_id"?: string,"override_bases"?: Json | null,"overrides"?: NonNullable<Json>,"position"?: number,"site_id"?: string,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "site_item_mappings_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "site_item_mappings_organization_id_item_id_fkey"
      columns: ["organization_id","item_id"]
isOneToOne: false
      referencedRelation: "content_items"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "site_item_mappings_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"site_states": {
                  Row: {
                    "accepted_at": string | null,"accepted_delivery_id": string | null,"accepted_hash": string | null,"accepted_item_count": number | null,"accepted_sequence": number | null,"circuit": string,"circuit_changed_at": string | null,"disabled_reason": string | null,"drift": string,"drift_changes": Json | null,"drift_checked_at": string | null,"drift_message": string | null,"hold_reason": string | null,"last_attempt_at": string | null,"last_error": string | null,"last_sequence": number,"last_status": string | null,"not_before": string | null,"on_hold": boolean,"on_hold_since": string | null,"organization_id": string,"secret_overlap_until": string | null,"secret_set_at": string | null,"secret_version": number | null,"site_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "accepted_at"?: string | null,"accepted_delivery_id"?: string | null,"accepted_hash"?: string | null,"accepted_item_count"?: number | null,"accepted_sequence"?: number | null,"circuit"?: string,"circuit_changed_at"?: string | null,"disabled_reason"?: string | null,"drift"?: string,"drift_changes"?: Json | null,"drift_checked_at"?: string | null,"drift_message"?: string | null,"hold_reason"?: string | null,"last_attempt_at"?: string | null,"last_error"?: string | null,"last_sequence"?: number,"last_status"?: string | null,"not_before"?: string | null,"on_hold"?: boolean,"on_hold_since"?: string | null,"organization_id": string,"secret_overlap_until"?: string | null,"secret_set_at"?: string | null,"secret_version"?: number | null,"site_id": string
                  }
                  Update: {
                    "accepted_at"?: string | null,"accepted_delivery_id"?: string | null,"accepted_hash"?: string | null,"accepted_item_count"?: number | null,"accepted_sequence"?: number | null,"circuit"?: string,"circuit_changed_at"?: string | null,"disabled_reason"?: string | null,"drift"?: string,"drift_changes"?: Json | null,"drift_checked_at"?: string | null,"drift_message"?: string | null,"hold_reason"?: string | null,"last_attempt_at"?: string | null,"last_error"?: string | null,"last_sequence"?: number,"last_status"?: string | null,"not_before"?: string | null,"on_hold"?: boolean,"on_hold_since"?: string | null,"organization_id"?: string,"secret_overlap_until"?: string | null,"secret_set_at"?: string | null,"secret_version"?: number | null,"site_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "site_states_organization_id_accepted_delivery_id_fkey"
      columns: ["organization_id","accepted_delivery_id"]
isOneToOne: false
      referencedRelation: "sync_deliveries"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "site_states_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"site_tests": {
                  Row: {
                    "organization_id": string,"result": NonNullable<Json>,"site_id": string,"tested_at": string,"tested_by": string | null,"verdict": string
                  }
                  ComputedFields: never
                  Insert: {
                    "organization_id": string,"result": NonNullable<Json>,"site_id": string,"tested_at"?: string,"tested_by"?: string | null,"verdict": string
                  }
                  Update: {
                    "organization_id"?: string,"result"?: NonNullable<Json>,"site_id"?: string,"tested_at"?: string,"tested_by"?: string | null,"verdict"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "site_tests_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "site_tests_tested_by_fkey"
      columns: ["tested_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"sites": {
                  Row: {
                    "created_at": string,"destination_url": string | null,"enabled": boolean,"fail_next": number,"failure_rate": number,"first_retry_ms": number,"id": string,"max_attempts": number,"name": string,"organization_id": string,"region": string | null,"requests_per_minute": number | null,"slug": string,"state_url": string | null,"timeout_seconds": number,"updated_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"destination_url"?: string | null,"enabled"?: boolean,"fail_next"?: number,"failure_rate"?: number,"first_retry_ms"?: number,"id"?: string,"max_attempts"?: number,"name": string,"organization_id"?: string,"region"?: string | null,"requests_per_minute"?: number | null,"slug": string,"state_url"?: string | null,"timeout_seconds"?: number,"updated_at"?: string
                  }
                  Update: {
                    "created_at"?: string,"destination_url"?: string | null,"enabled"?: boolean,"fail_next"?: number,"failure_rate"?: number,"first_retry_ms"?: number,"id"?: string,"max_attempts"?: number,"name"?: string,"organization_id"?: string,"region"?: string | null,"requests_per_minute"?: number | null,"slug"?: string,"state_url"?: string | null,"timeout_seconds"?: number,"updated_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "sites_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    }
                  ]
                },"sync_deliveries": {
                  Row: {
                    "attempts": number,"body": string | null,"body_bytes": number,"body_hash": string,"created_at": string,"destination_origin": string,"duration_ms": number | null,"finished_at": string | null,"id": string,"item_count": number,"job_id": string,"lease_expires_at": string | null,"lease_token": number | null,"lease_worker": string | null,"leases_lost": number,"max_attempts": number,"next_attempt_at": string | null,"organization_id": string,"reason": string,"response_body": string | null,"retry_of": string | null,"sequence": number | null,"site_id": string | null,"started_at": string | null,"status": string,"status_code": number | null,"superseded_by": string | null,"target_id": string,"target_kind": string,"target_name": string,"target_slug": string,"webhook_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "attempts"?: number,"body"?: string | null,"body_bytes": number,"body_hash": string,"created_at"?: string,"destination_origin"?: string,"duration_ms"?: number | null,"finished_at"?: string | null,"id"?: string,"item_count": number,"job_id": string,"lease_expires_at"?: string | null,"lease_token"?: number | null,"lease_worker"?: string | null,"leases_lost"?: number,"max_attempts"?: number,"next_attempt_at"?: string | null,"organization_id": string,"reason"?: string,"response_body"?: string | null,"retry_of"?: string | null,"sequence"?: number | null,"site_id"?: string | null,"started_at"?: string | null,"status": string,"status_code"?: number | null,"superseded_by"?: string | null,"target_id": string,"target_kind"?: string,"target_name": string,"target_slug": string,"webhook_id"?: never
                  }
                  Update: {
                    "attempts"?: number,"body"?: string | null,"body_bytes"?: number,"body_hash"?: string,"created_at"?: string,"destination_origin"?: string,"duration_ms"?: number | null,"finished_at"?: string | null,"id"?: string,"item_count"?: number,"job_id"?: string,"lease_expires_at"?: string | null,"lease_token"?: number | null,"lease_worker"?: string | null,"leases_lost"?: number,"max_attempts"?: number,"next_attempt_at"?: string | null,"organization_id"?: string,"reason"?: string,"response_body"?: string | null,"retry_of"?: string | null,"sequence"?: number | null,"site_id"?: string | null,"started_at"?: string | null,"status"?: string,"status_code"?: number | null,"superseded_by"?: string | null,"target_id"?: string,"target_kind"?: string,"target_name"?: string,"target_slug"?: string,"webhook_id"?: never
                  }
                  Relationships: [
                    {
      foreignKeyName: "sync_deliveries_organization_id_job_id_fkey"
      columns: ["organization_id","job_id"]
isOneToOne: false
      referencedRelation: "sync_jobs"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "sync_deliveries_organization_id_retry_of_fkey"
      columns: ["organization_id","retry_of"]
isOneToOne: false
      referencedRelation: "sync_deliveries"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "sync_deliveries_organization_id_site_id_fkey"
      columns: ["organization_id","site_id"]
isOneToOne: false
      referencedRelation: "sites"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "sync_deliveries_organization_id_superseded_by_fkey"
      columns: ["organization_id","superseded_by"]
isOneToOne: false
      referencedRelation: "sync_deliveries"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                },"sync_jobs": {
                  Row: {
                    "api_key_id": string | null,"api_key_name": string | null,"attempts": number,"cancel_requested_at": string | null,"cancelled": number,"created_at": string,"created_by": string | null,"failed": number,"finished_at": string | null,"id": string,"kind": string,"log_seq": number,"logs_removed_at": string | null,"message": string,"number": number,"options": NonNullable<Json>,"organization_id": string,"p50_ms": number | null,"p95_ms": number | null,"plan_hash": string | null,"schedule_id": string | null,"skipped": number,"started_at": string | null,"status": string,"succeeded": number,"superseded": number,"total": number,"trigger": string
                  }
                  ComputedFields: never
                  Insert: {
                    "api_key_id"?: string | null,"api_key_name"?: string | null,"attempts"?: number,"cancel_requested_at"?: string | null,"cancelled"?: number,"created_at"?: string,"created_by"?: string | null,"failed"?: number,"finished_at"?: string | null,"id"?: string,"kind"?: string,"log_seq"?: number,"logs_removed_at"?: string | null,"message"?: string,"number": number,"options"?: NonNullable<Json>,"organization_id": string,"p50_ms"?: number | null,"p95_ms"?: number | null,"plan_hash"?: string | null,"schedule_id"?: string | null,"skipped"?: number,"started_at"?: string | null,"status"?: string,"succeeded"?: number,"superseded"?: number,"total"?: number,"trigger"?: string
                  }
                  Update: {
                    "api_key_id"?: string | null,"api_key_name"?: string | null,"attempts"?: number,"cancel_requested_at"?: string | null,"cancelled"?: number,"created_at"?: string,"created_by"?: string | null,"failed"?: number,"finished_at"?: string | null,"id"?: string,"kind"?: string,"log_seq"?: number,"logs_removed_at"?: string | null,"message"?: string,"number"?: number,"options"?: NonNullable<Json>,"organization_id"?: string,"p50_ms"?: number | null,"p95_ms"?: number | null,"plan_hash"?: string | null,"schedule_id"?: string | null,"skipped"?: number,"started_at"?: string | null,"status"?: string,"succeeded"?: number,"superseded"?: number,"total"?: number,"trigger"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "sync_jobs_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "sync_jobs_organization_id_api_key_id_fkey"
      columns: ["organization_id","api_key_id"]
isOneToOne: false
      referencedRelation: "api_keys"
      referencedColumns: ["organization_id","id"]
    },{
      foreignKeyName: "sync_jobs_organization_id_fkey"
      columns: ["organization_id"]
isOneToOne: false
      referencedRelation: "organizations"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "sync_jobs_organization_id_schedule_id_fkey"
      columns: ["organization_id","schedule_id"]
isOneToOne: false
      referencedRelation: "schedules"
      referencedColumns: ["organization_id","id"]
    }
                  ]
                }
          }
          Views: {
            [_ in never]: never
          }
          Functions: {
            "accept_invitation":
{ Args: { "token": string }; Returns: Json
                           },
"account_deletion":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"alert_inbox":
{ Args: { "filter"?: Json }; Returns: Json
                           },
"alert_summary":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"api_content":
{ Args: { "p_key": string,"p_site": string }; Returns: Json
                           },
"api_start_sync":
{ Args: { "p_idempotency_key": string,"p_key": string,"p_options": Json,"p_request_hash": string,"p_sites": (string)[] }; Returns: Json
                           },
"api_sync":
{ Args: { "p_job": string,"p_key": string }; Returns: Json
                           },
"begin_site_test":
{ Args: { "p_site": string,"p_user": string }; Returns: Json
                           },
"calendar":
{ Args: { "range_end": string,"range_start": string,"zone"?: string }; Returns: Json
                           },
"cancel_sync":
{ Args: { "job_id": string }; Returns: Json
                           },
"change_member_role":
{ Args: { "role": string,"user_id": string }; Returns: undefined
                           },
"changed_bases":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"check_drift":
{ Args: { "site_ids"?: (string)[] }; Returns: Json
                           },
"claim_alert_messages":
{ Args: { "p_event"?: string,"p_limit": number }; Returns: Json[]
                           },
"claim_deliveries":
{ Args: { "p_all_lost"?: boolean,"p_job"?: string,"p_limit": number,"p_per_job"?: number,"p_per_origin"?: number,"p_worker": string }; Returns: {
              "attempt": number,"body": string,"delivery_id": string,"destination_url": string,"first_retry_ms": number,"job_id": string,"lease_expires_at": string,"lease_token": number,"max_attempts": number,"organization_id": string,"secrets": Json,"sequence": number,"site_id": string,"target_slug": string,"timeout_ms": number,"webhook_id": string
            }[]
                           },
"compare_deliveries":
{ Args: { "after_id": string,"before_id": string }; Returns: Json
                           },
"create_api_key":
{ Args: { "expires_at"?: string,"name": string,"scopes": (string)[] }; Returns: Json
                           },
"create_invitation":
{ Args: { "email": string,"role": string }; Returns: Json
                           },
"create_organization":
{ Args: { "name": string }; Returns: Json
                           },
"custom_access_token_hook":
{ Args: { "event": Json }; Returns: Json
                           },
"dashboard":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"decide_approval":
{ Args: { "approval_id": string,"approve": boolean,"comment"?: string }; Returns: Json
                           },
"delete_account":
{ Args: { "confirmation": string }; Returns: undefined
                           },
"delete_alert_rule":
{ Args: { "rule_id": string }; Returns: undefined
                           },
"delete_items":
{ Args: { "dry_run"?: boolean,"ids": (string)[],"untouched"?: boolean }; Returns: Json
                           },
"delete_organization":
{ Args: { "confirmation": string }; Returns: Json
                           },
"discard_working_copy":
{ Args: { "copy_id": string }; Returns: boolean
                           },
"due_schedules":
{ Args: Record<PropertyKey, never>; Returns: {
              "cron": string,"id": string,"kind": string,"next_run_at": string,"time_zone": string
            }[]
                           },
"duplicate_items":
{ Args: { "ids": (string)[] }; Returns: Json
                           },
"end_secret_overlap":
{ Args: { "p_site": string }; Returns: undefined
                           },
"end_session":
{ Args: { "session_id": string }; Returns: undefined
                           },
"engine_health":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"evaluate_alerts":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"exchange_deliveries":
{ Args: { "p_job"?: string,"p_limit": number,"p_per_job"?: number,"p_per_origin"?: number,"p_results": Json,"p_worker": string }; Returns: {
              "attempt": number,"body": string,"delivery_id": string,"destination_url": string,"first_retry_ms": number,"job_id": string,"lease_expires_at": string,"lease_token": number,"max_attempts": number,"organization_id": string,"recorded": Json,"secrets": Json,"sequence": number,"site_id": string,"target_slug": string,"timeout_ms": number,"webhook_id": string
            }[]
                           },
"export_organization":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"find_jobs":
{ Args: { "before"?: number,"count"?: number,"filter": Json }; Returns: (number)[]
                           },
"import_items":
{ Args: { "import_id": string }; Returns: Json
                           },
"import_organization":
{ Args: { "document": Json,"name": string }; Returns: Json
                           },
"invitation":
{ Args: { "token": string }; Returns: Json
                           },
"item_documents":
{ Args: { "ids": (string)[] }; Returns: Json
                           },
"keep_working_copy":
{ Args: { "base_revision"?: number,"data": Json,"item_id"?: string,"known_seq"?: number,"publish_at"?: string,"title": string,"type_id"?: string,"type_revision"?: number,"unpublish_at"?: string }; Returns: Json
                           },
"landing_page":
{ Args: { "org_slug": string,"site_slug": string }; Returns: Json
                           },
"leave_organization":
{ Args: Record<PropertyKey, never>; Returns: undefined
                           },
"lift_hold":
{ Args: { "site_id": string }; Returns: undefined
                           },
"list_items":
{ Args: { "descending"?: boolean,"filter"?: Json,"most"?: number,"only_ids"?: boolean,"skip"?: number,"sort"?: string }; Returns: Json
                           },
"load_demo_data":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"mark_alerts":
{ Args: { "event_ids": (string)[],"read"?: boolean }; Returns: (string)[]
                           },
"my_sessions":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"next_wait_ms":
{ Args: { "p_job"?: string }; Returns: number
                           },
"note_first_step":
{ Args: { "step": string }; Returns: undefined
                           },
"order_site_items":
{ Args: { "item_ids": (string)[],"site_id": string }; Returns: number
                           },
"plan_item_import":
{ Args: { "document": Json }; Returns: Json
                           },
"plan_replay":
{ Args: { "filter": Json }; Returns: Json
                           },
"plan_sync":
{ Args: { "detail"?: boolean,"site_ids"?: (string)[] }; Returns: Json
                           },
"plan_type_change":
{ Args: { "schema": Json,"type_id": string }; Returns: Json
                           },
"preview_item":
{ Args: { "data"?: Json,"item_id"?: string,"site_id": string,"title"?: string,"type_id"?: string }; Returns: Json
                           },
"preview_payload":
{ Args: { "site_id": string }; Returns: Json
                           },
"queue_alert_test":
{ Args: { "p_by": string,"p_rule": string }; Returns: string
                           },
"receive_delivery":
{ Args: { "p_body": string,"p_sequence": number,"p_site": string,"p_webhook_id": string }; Returns: Json
                           },
"record_alert_message":
{ Args: { "p_error": string,"p_lease": number,"p_message": string,"p_outcome": string,"p_retry_in_ms": number,"p_status_code": number }; Returns: boolean
                           },
"record_attempts":
{ Args: { "p_results": Json }; Returns: Json
                           },
"record_drift":
{ Args: { "p_error": string,"p_shown": string,"p_site": string }; Returns: string
                           },
"record_site_test":
{ Args: { "p_result": Json,"p_site": string,"p_user": string,"p_verdict": string }; Returns: undefined
                           },
"release_deliveries":
{ Args: { "p_tokens": (number)[],"p_worker": string }; Returns: number
                           },
"remove_member":
{ Args: { "user_id": string }; Returns: undefined
                           },
"rename_field":
{ Args: { "from_name": string,"to_name": string,"type_id": string }; Returns: Json
                           },
"renew_invitation":
{ Args: { "invitation_id": string }; Returns: Json
                           },
"renew_leases":
{ Args: { "p_tokens": (number)[],"p_worker": string }; Returns: (number)[]
                           },
"replay_deliveries":
{ Args: { "content"?: string,"filter": Json }; Returns: Json
                           },
"replay_delivery":
{ Args: { "content"?: string,"delivery_id": string }; Returns: Json
                           },
"request_approval":
{ Args: { "force"?: boolean,"note"?: string,"plan_hash"?: string,"site_ids"?: (string)[] }; Returns: Json
                           },
"restore_items":
{ Args: { "batch": string }; Returns: Json
                           },
"restore_revision":
{ Args: { "item_id": string,"known_revision"?: number,"revision": number }; Returns: Json
                           },
"retry_failed":
{ Args: { "content"?: string,"job_id": string }; Returns: Json
                           },
"revoke_api_key":
{ Args: { "key_id": string }; Returns: undefined
                           },
"revoke_invitation":
{ Args: { "invitation_id": string }; Returns: undefined
                           },
"rollback_site":
{ Args: { "delivery_id": string,"site_id": string }; Returns: Json
                           },
"rotate_site_secret":
{ Args: { "p_ciphertext": string,"p_key_version": number,"p_nonce": string,"p_overlap": string,"p_site": string,"p_version": number }; Returns: Json
                           },
"run_schedule":
{ Args: { "p_next": string,"p_problem"?: string,"p_schedule": string,"p_seen": string }; Returns: Json
                           },
"run_schedule_now":
{ Args: { "schedule_id": string }; Returns: Json
                           },
"save_alert_rule":
{ Args: { "rule": Json }; Returns: string
                           },
"save_item":
{ Args: { "data": Json,"item_id": string,"known_revision"?: number,"publish_at"?: string,"status": string,"title": string,"type_revision"?: number,"unpublish_at"?: string }; Returns: Json
                           },
"save_schedule":
{ Args: { "schedule": Json }; Returns: string
                           },
"save_type":
{ Args: { "expected_revision": number,"options"?: Json,"schema": Json,"type_id": string }; Returns: Json
                           },
"set_approval_rule":
{ Args: { "required": boolean }; Returns: undefined
                           },
"set_audit_retention":
{ Args: { "days": number }; Returns: undefined
                           },
"set_item_statuses":
{ Args: { "changes": Json }; Returns: Json
                           },
"set_mappings":
{ Args: { "cells": Json }; Returns: number
                           },
"set_retention":
{ Args: { "days": number }; Returns: undefined
                           },
"set_sites_enabled":
{ Args: { "enabled": boolean,"site_ids": (string)[] }; Returns: Json
                           },
"site_health":
{ Args: { "only_troubled"?: boolean,"site_ids"?: (string)[] }; Returns: Json
                           },
"site_rollbacks":
{ Args: { "site_id": string }; Returns: Json
                           },
"site_secret_event":
{ Args: { "p_action": string,"p_site": string }; Returns: undefined
                           },
"site_signing_secrets":
{ Args: { "p_site": string }; Returns: Json
                           },
"site_versions":
{ Args: { "before_sequence"?: number,"most"?: number,"site_id": string }; Returns: Json
                           },
"sites_to_ask":
{ Args: { "p_sites": (string)[] }; Returns: {
              "site_id": string,"state_url": string
            }[]
                           },
"start_sync":
{ Args: { "options"?: Json,"site_ids"?: (string)[] }; Returns: Json
                           },
"store_alert_secret":
{ Args: { "p_ciphertext": string,"p_key_version": number,"p_nonce": string,"p_overlap": string,"p_rule": string,"p_version": number }; Returns: boolean
                           },
"store_site_secret":
{ Args: { "p_ciphertext": string,"p_key_version": number,"p_nonce": string,"p_site": string,"p_version": number }; Returns: boolean
                           },
"switch_organization":
{ Args: { "organization_id": string }; Returns: undefined
                           },
"take_api_request":
{ Args: { "p_hash": string,"p_scope": string }; Returns: Json
                           },
"take_simulated_failure":
{ Args: { "p_site": string }; Returns: boolean
                           },
"tick":
{ Args: Record<PropertyKey, never>; Returns: Json
                           },
"transfer_ownership":
{ Args: { "user_id": string }; Returns: undefined
                           },
"verify_audit_log":
{ Args: { "after_seq"?: number }; Returns: Json
                           },
"withdraw_approval":
{ Args: { "approval_id": string }; Returns: undefined
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "public": {
          Enums: {
            
          }
        }
} as const
