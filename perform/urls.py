from django.contrib import admin
from django.urls import path

from perform.views import finding, greenroom, history, packs, performing

urlpatterns = [
    path("user/export", history.Export.as_view()),
    path("routines", performing.Routines.as_view()),
    path("backgrounds", performing.Backgrounds.as_view()),
    path("generate-thought", performing.GenerateThought.as_view()),
    path("generate-audio", performing.GenerateAudio.as_view()),
    path("perform", performing.Perform.as_view()),
    path("performances", history.Performances.as_view()),
    path("performances/<uuid:performance_id>", history.OnePerformance.as_view()),
    path("performances/<uuid:performance_id>/audio", history.Audio.as_view()),
    path("user/voice/warm", greenroom.Warm.as_view()),
    path("users/<str:user_id>/voice/pool/touch", greenroom.Warm.as_view()),
    path("user/packs", packs.Packs.as_view()),
    path("user/packs/<uuid:pack_id>", packs.OnePack.as_view()),
    path("user/packs/<uuid:pack_id>/archive", packs.Archive.as_view()),
    path("admin/find/", admin.site.admin_view(finding.find), name="find"),
]
