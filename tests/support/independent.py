# -*- coding: utf-8 -*-
# Copyright (c) 2026, buildops.tokens contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An OAuth2 server that is not ours: Django OAuth Toolkit (on oauthlib), with the paths of Nuvy and
Nuxeo besides its own.

Nothing of its judgement is changed. What is added: the paths, and HTTP Basic authentication of
users, where Nuxeo has it too.
"""

from __future__ import annotations

import base64
import sys
import types
from pathlib import Path

USER, PASSWORD = 'jdoe', 'p4ss:wörd'


def create_app(folder: Path):
    """:param folder: for its database. :returns: the WSGI application."""
    import django
    from django.conf import settings

    if settings.configured:
        from django.core.wsgi import get_wsgi_application

        return get_wsgi_application()
    apps = [
        'django.contrib.auth',
        'django.contrib.contenttypes',
        'django.contrib.sessions',
        'oauth2_provider',
    ]
    settings.configure(
        SECRET_KEY='x' * 50,
        ALLOWED_HOSTS=['*'],
        INSTALLED_APPS=apps,
        ROOT_URLCONF='independent_urls',
        USE_TZ=True,
        DEFAULT_AUTO_FIELD='django.db.models.AutoField',
        TEMPLATES=[
            {'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}
        ],
        DATABASES={
            'default': {
                'ENGINE': 'django.db.backends.sqlite3',
                'NAME': folder / 'independent.sqlite3',
            }
        },
        MIDDLEWARE=[
            'django.contrib.sessions.middleware.SessionMiddleware',
            'django.contrib.auth.middleware.AuthenticationMiddleware',
        ],
        MIGRATION_MODULES={app.rpartition('.')[2]: None for app in apps},
        PASSWORD_HASHERS=['django.contrib.auth.hashers.MD5PasswordHasher'],
        OAUTH2_PROVIDER={
            'SCOPES': {'read': 'Read', 'write': 'Write'},
            'DEFAULT_SCOPES': ['read'],
            'PKCE_REQUIRED': True,
            'REFRESH_TOKEN_REUSE_PROTECTION': True,
            'ACCESS_TOKEN_EXPIRE_SECONDS': 1800,
        },
    )
    django.setup()
    from django.core.management import call_command

    call_command('migrate', run_syncdb=True, verbosity=0)
    _routes()
    from django.contrib.auth.models import User

    User.objects.create_user(USER, password=PASSWORD)
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def add_client(client_id, secret, grant, redirect_uris='', public=False):
    from oauth2_provider.models import Application

    return Application.objects.create(
        client_id=client_id,
        client_secret=secret,
        authorization_grant_type=grant,
        redirect_uris=redirect_uris,
        client_type='public' if public else 'confidential',
        skip_authorization=True,
        name=client_id,
    )


def revoke_everything():
    from oauth2_provider.models import AccessToken

    AccessToken.objects.all().delete()


def _routes():
    from django.contrib.auth import authenticate
    from django.http import HttpResponse, JsonResponse
    from django.urls import include, path
    from django.views.decorators.csrf import csrf_exempt
    from oauth2_provider.oauth2_backends import get_oauthlib_core
    from oauth2_provider.views import AuthorizationView, TokenView

    @csrf_exempt
    def authorize(request):
        scheme, _blank, value = request.headers.get('Authorization', '').partition(' ')
        user, _colon, password = (
            base64.b64decode(value).decode().partition(':') if scheme == 'Basic' else ('', '', '')
        )
        request.user = authenticate(request, username=user, password=password)
        if request.user is None:
            return HttpResponse(status=401)
        request.GET, request.method = request.POST, 'GET'
        return AuthorizationView.as_view()(request)

    def whoami(request):
        good, found = get_oauthlib_core().verify_request(request, scopes=[])
        if not good:
            return HttpResponse(status=401)
        return JsonResponse({'id': found.user.username if found.user else None})

    token = TokenView.as_view()
    module = types.ModuleType('independent_urls')
    module.urlpatterns = [
        path('o/', include('oauth2_provider.urls')),
        path('nexus/oauth2/token', token),
        path('nuxeo/oauth2/token', token),
        path('nuxeo/oauth2/authorize_submit', authorize),
        path('nuxeo/api/v1/me', whoami),
    ]
    sys.modules[module.__name__] = module
