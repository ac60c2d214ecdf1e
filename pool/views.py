"""The pool for staff, as JSON; the back office shows the same."""

import time
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import audit
from accounts.permissions import InRole
from accounts.tokens import DeviceAuthentication
from pool import capacity, eviction, reconciliation, status
from pool.eviction import EVICTION_SECONDS
from pool.models import Slot
from pool.reconciliation import RECONCILE_SECONDS


class EvictInput(serializers.Serializer):
    user_id = serializers.UUIDField()


class ReconcileInput(serializers.Serializer):
    repair = serializers.BooleanField(default=False, help_text="Without it, only the drift is told.")


class SlotOutput(serializers.Serializer):
    slot = serializers.IntegerField()
    state = serializers.CharField()
    user_id = serializers.UUIDField(allow_null=True)
    username = serializers.CharField(allow_null=True)
    idle_seconds = serializers.IntegerField()
    pinned_seconds = serializers.IntegerField()
    since = serializers.DateTimeField()
    error = serializers.CharField()


class AccountOutput(serializers.Serializer):
    account = serializers.CharField()
    allowed = serializers.IntegerField(help_text="Voices of ours at most, as the account is now.")
    foreign_voices = serializers.IntegerField()
    creations_used = serializers.IntegerField()
    creations_limit = serializers.IntegerField(allow_null=True)
    characters_used = serializers.IntegerField(allow_null=True)
    characters_limit = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField(allow_null=True)
    polled_at = serializers.DateTimeField(allow_null=True)
    slots = SlotOutput(many=True)


class StatusOutput(serializers.Serializer):
    enabled = serializers.BooleanField()
    capacity = serializers.IntegerField()
    strategy = serializers.CharField()
    sentence = serializers.CharField(help_text="The strategy in words.")
    ttl_minutes = serializers.IntegerField()
    cloning = serializers.BooleanField()
    sharing = serializers.BooleanField()
    accounts = AccountOutput(many=True)


class EvictedOutput(serializers.Serializer):
    evicted = serializers.BooleanField()
    state = serializers.CharField(help_text="Of the slot now.")


class ReconciledOutput(serializers.Serializer):
    repaired = serializers.BooleanField()
    drift = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()), help_text="Account → what → how many."
    )


class ForStaff(APIView):
    authentication_classes = [DeviceAuthentication, SessionAuthentication]
    permission_classes = [InRole]
    needs = "pool.view_slot"


class Status(ForStaff):
    @extend_schema(responses=StatusOutput)
    def get(self, request: Request) -> Response:
        """Who is resident, who waits, and what is left of the provider's allowance."""
        return Response(status.snapshot(now=timezone.now()))


class Evict(ForStaff):
    needs = "pool.evict_slot"

    @extend_schema(request=EvictInput, responses=EvictedOutput)
    def post(self, request: Request) -> Response:
        """Take a user's voice out of the pool, unless it is pinned."""
        given = EvictInput(data=request.data)
        given.is_valid(raise_exception=True)
        slot = _slot_of(given.validated_data["user_id"])
        audit.record(request, "voice.evict", slot, about=given.validated_data["user_id"])
        deadline = time.monotonic() + EVICTION_SECONDS
        evicted = eviction.evict(slot, reason="staff", now=timezone.now(), deadline=deadline)
        slot.refresh_from_db()
        return Response({"evicted": evicted, "state": slot.state})


class Reconcile(ForStaff):
    needs = "pool.reconcile"

    @extend_schema(request=ReconcileInput, responses=ReconciledOutput)
    def post(self, request: Request) -> Response:
        """Compare the slots with the provider's own list, and mend what differs if told to."""
        given = ReconcileInput(data=request.data)
        given.is_valid(raise_exception=True)
        repair = given.validated_data["repair"]
        if repair:
            audit.record(request, "pool.reconcile")
        deadline = time.monotonic() + RECONCILE_SECONDS
        drift = {
            account.name: reconciliation.reconcile(account, repair=repair, deadline=deadline).counts()
            for account in capacity.accounts()
        }
        return Response({"repaired": repair, "drift": drift})


def _slot_of(user_id: UUID) -> Slot:
    slot = Slot.objects.filter(voice__user=user_id).select_related("account").first()
    if slot is None:
        raise Http404
    return slot
