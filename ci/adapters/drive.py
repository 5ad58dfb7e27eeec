#!/usr/bin/env python3
"""Stands for an adapter in the tests: asks the daemon what it is told to, as the OS user it is told to be.

    drive.py SOCKET UID < requests.json

Each request has a path, and may have a method, a token, a body (a document), raw (text in its place) and times. The answers come in the
same order; of a request that is made several times there is one, with how often each status came.
"""
import collections
import http.client
import json
import os
import socket
import sys


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


def ask(connection, request):
    headers = {"Content-Type": "application/json"}
    if "token" in request:
        headers["Authorization"] = "Bearer " + request["token"]
    body = request.get("raw")
    if body is None:
        body = json.dumps(request.get("body", {}))
    connection.request(request.get("method", "POST"), request["path"], body.encode(), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    return {"status": answer.status, "text": text, "document": document}


def main():
    path, uid = sys.argv[1], int(sys.argv[2])
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    answers = []
    connection = SocketConnection(path)
    for request in json.load(sys.stdin):
        times = request.get("times", 1)
        statuses = collections.Counter()
        for _ in range(times):
            answer = ask(connection, request)
            statuses[str(answer["status"])] += 1
        answers.append({**answer, "statuses": statuses})
    json.dump(answers, sys.stdout)


main()
